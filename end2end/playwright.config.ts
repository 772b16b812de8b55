// Each story is told twice: hydrated, and with JavaScript off where it can work without (not marked @hydrated).
import { defineConfig } from '@playwright/test';
import fs from 'node:fs';
import os from 'node:os';

// Chromium without a window of its own, where it is there: the whole one makes its window's pages ready in a process of
// their own for each story, which takes as long as the story's.
const browsers = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];

const chromium = {
  executablePath: process.env.CHROMIUM ?? browsers.find((path) => fs.existsSync(path)),
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
  ],
};

export default defineConfig({
  testDir: 'stories',
  outputDir: 'test-results',
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  // A busy build server may be late; a story that needs another try is listed as flaky.
  retries: process.env.CI ? 2 : 0,
  workers: Math.max(1, Math.min(4, os.availableParallelism())),
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    actionTimeout: 15_000,
    launchOptions: chromium,
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Ljubljana',
    // Recording costs a third of the time: ask for it where a failure is not understood.
    trace: process.env.TRACE ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
  },
  projects: [
    { name: 'hydrated', grepInvert: /@plain/ },
    // Without scripts nothing but styles moves: no story waits for it.
    { name: 'plain', grepInvert: /@hydrated/, use: { javaScriptEnabled: false, contextOptions: { reducedMotion: 'reduce' } } },
  ],
});
