// The whole way of a template, once by the mouse and once by the keyboard: taken from the gallery, built on, broken and
// mended, published, chosen for a job, and received.
import { type Locator } from '@playwright/test';
import { defaultAccount } from '../fixtures/jobs.ts';
import { htmlOf } from '../fixtures/mail-checkers.ts';
import { faults } from '../fixtures/referee.ts';
import { answered, begin, createProject, expect, settled, test } from '../fixtures/story.ts';

// The fault that the story makes is refused, and so is a preview that a newer one has overtaken.
test.use({ expectedErrors: [/status of (409|413|422|429 .*\/rpc\/preview_template)/] });

for (const way of ['mouse', 'keyboard'] as const) {
  test(`a template comes from the gallery to the mailbox by the ${way} @hydrated`, async ({ page, empty, mail, hydrated }) => {
    test.slow();
    const press = async (what: Locator) => {
      if (way === 'mouse') return what.click();
      await what.focus();
      await expect(what).toBeFocused();
      await page.keyboard.press('Enter');
    };
    const write = async (field: Locator, words: string) => {
      await (way === 'mouse' ? field.click() : field.focus());
      await page.keyboard.press('Control+a');
      await page.keyboard.insertText(words);
      await expect(field).toHaveValue(words);
    };
    await begin(page, empty);
    await createProject(page, ['Book the room']);
    await defaultAccount(page, mail);
    await page.goto(`${empty.url}/templates`);
    await settled(page, hydrated);
    await press(page.getByRole('button', { name: 'Use Weekly status' }));
    await expect(page.getByRole('heading', { name: 'Template Weekly status' })).toBeAttached();
    await settled(page, hydrated);
    const template = new URL(page.url()).pathname.split('/').pop()!;

    const kinds = page.getByRole('list', { name: 'Blocks of the mail' }).locator(':scope > .block > .block__head .block__kind');
    const before = await kinds.allInnerTexts();
    const expectKinds = (wanted: string[]) => expect.poll(() => kinds.allInnerTexts(), { message: 'the blocks of the mail' }).toEqual(wanted);
    await press(page.getByRole('button', { name: 'Divider', exact: true }));
    await expectKinds([...before, 'Divider']);
    if (way === 'keyboard') {
      const grip = page.getByRole('button', { name: 'Move Divider' });
      await grip.focus();
      await page.keyboard.press('Space');
      await expect(grip).toHaveAttribute('aria-pressed', 'true');
      await page.keyboard.press('ArrowUp');
      await expectKinds([...before.slice(0, -1), 'Divider', before.at(-1)!]);
      await expect(grip).toBeFocused();
      await page.keyboard.press('Enter');
      await expect(grip).toHaveAttribute('aria-pressed', 'false');
    }

    // Broken: what was meant is said, and nothing is published.
    const subject = page.getByRole('textbox', { name: 'Subject', exact: true });
    await write(subject, 'Week of {{ project.nme }}');
    await expect(page.locator('#fault')).toContainText('project.name');
    await press(page.locator('#open-publish'));
    await expect(page.locator('#publish-stopped')).toContainText('project.name');
    await page.keyboard.press('Escape');
    await press(page.locator('#fault').getByRole('link', { name: 'Show the place' }));
    await expect(subject).toBeFocused();
    await write(subject, 'Week of the {{ project.name }}');
    await expect(page.locator('#fault')).toHaveCount(0);
    await expect(page.locator('#saved')).toContainText(/saved (just now|\d+ s ago)/);

    await press(page.locator('#open-publish'));
    await expect(page.locator('#publish-now')).toHaveAttribute('aria-disabled', 'false');
    await press(page.locator('#publish-now'));
    await expect(page.getByText('Version 1 published.')).toBeVisible();
    await answered(page);

    await page.goto(`${empty.url}/jobs/new`);
    await settled(page, hydrated);
    await write(page.getByLabel('Name', { exact: true }), 'Board report');
    const recipients = page.getByLabel('Recipients');
    await write(recipients, 'mina@example.org');
    await recipients.blur();
    const choice = page.locator('#template');
    if (way === 'mouse') {
      await choice.selectOption({ label: 'Weekly status' });
    } else {
      await choice.focus();
      for (let tries = 0; tries < 10 && await choice.inputValue() !== template; tries += 1) await page.keyboard.press('ArrowDown');
      await expect(choice).toHaveValue(template);
    }
    await press(page.getByRole('button', { name: 'Create the job' }));
    await expect(page.getByRole('region', { name: 'Report', exact: true })).toContainText('Weekly status');
    await settled(page, hydrated);
    await press(page.getByRole('button', { name: 'Run now' }));
    await expect(page).toHaveURL(/\/jobs\/runs\//);

    await expect.poll(() => mail.accepted.length, { message: 'what the mail server has taken', timeout: 60_000 }).toBe(1);
    const [accepted] = mail.accepted;
    expect(accepted.rcpt_tos).toEqual(['mina@example.org']);
    const message = mail.message(accepted);
    expect(message).toContain('Subject: Week of the Reporting');
    expect(htmlOf(Buffer.from(message))).toContain('Nothing was finished in these days.');
    expect(faults('report', Buffer.from(message))).toEqual([]);
    await answered(page);
  });
}
