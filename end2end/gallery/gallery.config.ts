// The pictures of the gallery are taken alone, in the same browser as the stories.
import { defineConfig } from '@playwright/test';
import stories from '../playwright.config.ts';

export default defineConfig({
  ...stories,
  testDir: '.',
  testMatch: 'pictures.ts',
  outputDir: '../test-results/gallery',
  workers: 1,
  retries: 0,
  projects: [{ name: 'gallery' }],
});
