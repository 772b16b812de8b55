// The pictures of the README, taken of the demonstration project. Only when asked for: SCREENSHOTS=1.
import path from 'node:path';
import { AutoReport } from '../fixtures/autoreport.ts';
import { dana, expect, settled, signIn, test } from '../fixtures/story.ts';

const here = import.meta.dirname ?? __dirname;
const picture = (name: string) => path.resolve(here, '../screenshots', `${name}.png`);

test('pictures for the README @hydrated', async ({ page }) => {
  test.skip(!process.env.SCREENSHOTS, 'only when SCREENSHOTS=1');
  const server = await AutoReport.start({ prepare: (command) => {
    command(['user', 'create', '--email', dana.email, '--name', dana.name, '--zone', 'Europe/Ljubljana', '--admin'], `${dana.password}\n`);
    command(['seed']);
  } });
  try {
    await page.setViewportSize({ width: 1280, height: 800 });
    await signIn(page, server);
    await page.goto(`${server.url}/board`);
    await settled(page, true);
    await page.screenshot({ path: picture('board') });

    await page.goto(`${server.url}/`);
    await settled(page, true);
    await page.screenshot({ path: picture('dashboard') });

    await page.goto(`${server.url}/import`);
    await page.getByLabel('File').setInputFiles(path.resolve(here, '../data/trello-board.json'));
    await page.getByRole('button', { name: 'Upload and preview' }).click();
    await expect(page.getByRole('heading', { name: 'Check the import' })).toBeVisible();
    await settled(page, true);
    await page.screenshot({ path: picture('import') });

    await page.goto(`${server.url}/jobs/new`);
    await settled(page, true);
    await page.getByLabel('Name', { exact: true }).fill('Weekly report');
    await page.getByLabel('Recipients').fill('Mina Kovač <mina@example.org>\nravi@example.org');
    await page.getByRole('button', { name: 'Create the job' }).click();
    await page.getByRole('button', { name: 'Run now' }).click();
    await expect(async () => {
      await page.goto(`${server.url}/reports`);
      await page.getByRole('rowheader').getByRole('link').first().click({ timeout: 1000 });
    }).toPass({ timeout: 60_000 });
    await settled(page, true);
    await page.waitForTimeout(500);
    await page.screenshot({ path: picture('report') });

    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 390, height: 800 });
    await page.goto(`${server.url}/board`);
    await settled(page, true);
    await page.screenshot({ path: picture('board-phone') });
  } finally {
    await server.dispose();
  }
});
