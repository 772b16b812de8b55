// The dashboard of the demonstration project: figures, charts with their numbers, what comes next; and who may see what.
import { AutoReport } from '../fixtures/autoreport.ts';
import { dana, expect, expectAccessible, settled, signIn, test } from '../fixtures/story.ts';

const guest = { email: 'guest@example.org', password: 'other words nobody knows' };

/** A server with an administrator, the demonstration project, and somebody who is in no project. */
async function demonstration(): Promise<AutoReport> {
  return AutoReport.start({ prepare: (command) => {
    command(['user', 'create', '--email', dana.email, '--name', dana.name, '--zone', 'Europe/Ljubljana', '--admin'], `${dana.password}\n`);
    command(['user', 'create', '--email', guest.email, '--name', 'Gus Guest'], `${guest.password}\n`);
    command(['seed']);
  } });
}

test('the dashboard says how the project stands, in words, charts and numbers', async ({ page, hydrated }) => {
  const server = await demonstration();
  try {
    await signIn(page, server);
    await page.goto(`${server.url}/`);
    await settled(page, hydrated);
    await expect(page.getByRole('heading', { level: 1, name: 'Dashboard' })).toBeVisible();
    await expect(page.getByText('Overdue').first()).toBeVisible();
    const charts = page.getByRole('figure');
    await expect(charts).toHaveCount(2);
    for (const chart of await charts.all()) {
      await expect(chart.getByRole('img').first()).toBeVisible();
      await chart.getByText('Show the numbers').click();
      await expect(chart.getByRole('table')).toBeVisible();
    }
    if (hydrated) {
      const flow = charts.first();
      const points = flow.getByRole('group', { name: /^Points of the chart/ });
      const says = flow.locator('.chart__says:visible');
      await points.focus();
      await page.keyboard.press('Home');
      await expect(says).toHaveText(/^\d+ \w{3}: created \d+, completed \d+$/);
      const first = (await says.textContent())!;
      await page.keyboard.press('ArrowRight');
      await expect(says).not.toHaveText(first);
      const second = (await says.textContent())!;
      await page.keyboard.press('End');
      await expect(says).not.toHaveText(second);
      const last = (await says.textContent())!;
      // The pointer says the same, in the same place.
      const box = (await points.boundingBox())!;
      await page.mouse.move(box.x + 3, box.y + box.height / 2);
      await expect(says).toHaveText(first);
      await page.mouse.move(box.x + box.width - 3, box.y + box.height / 2);
      await expect(says).toHaveText(last);
      await expectAccessible(page);
    }
    await page.getByRole('navigation', { name: 'Period' }).getByRole('link', { name: '90 days' }).click();
    await expect(page).toHaveURL(/days=90/);
    await expect(page.getByRole('navigation', { name: 'Period' }).getByRole('link', { name: '90 days' })).toHaveAttribute('aria-current', 'page');
  } finally {
    await server.dispose();
  }
});

test.describe('a stranger', () => {
  test.use({ expectedErrors: [/status of (403|404)/] });

  test('who is in no project sees none: boards, tasks and addresses answer as if they were not there @hydrated', async ({ page }) => {
    const server = await demonstration();
    try {
      await page.goto(`${server.url}/sign-in`);
      await page.getByLabel('E-mail').fill(guest.email);
      await page.getByLabel('Password').fill(guest.password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await expect(page.getByText('No project yet')).toBeVisible();
      for (const path of ['/board/T', '/tasks/T-214']) {
        expect((await page.goto(`${server.url}${path}`))?.status(), path).toBe(404);
        await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
      }
      const mail = await page.goto(`${server.url}/settings/mail`);
      expect(mail?.status()).toBe(403);
      await settled(page, true);
      await expectAccessible(page);
    } finally {
      await server.dispose();
    }
  });
});
