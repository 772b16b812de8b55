// Measurements run alone, one after the other, in the same browser as the stories.
import { defineConfig } from '@playwright/test';
import stories from '../playwright.config.ts';

export default defineConfig({
  ...stories,
  globalSetup: './begin.ts',
  testDir: '.',
  testMatch: '*.bench.ts',
  outputDir: '../test-results/bench',
  workers: 1,
  timeout: 15 * 60_000,
  reporter: [['list', { printSteps: false }]],
  projects: [{ name: 'bench' }],
});
