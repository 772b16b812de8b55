// Whether what people write, and how they read it, has room on the pages: long words and other scripts, few pixels, and
// letters, words and lines that somebody has set further apart.
import type { Page } from '@playwright/test';
import { boardOf } from '../fixtures/board.ts';
import type { Client } from '../fixtures/client.ts';
import { expectFits } from '../fixtures/fits.ts';
import { address, job, type Made, project } from '../fixtures/furnished.ts';
import { begin, clientOf, expect, settled, test } from '../fixtures/story.ts';

const least = { width: 320, height: 640 };
const phone = { width: 390, height: 844 };
const desk = { width: 1440, height: 900 };

/** From now on the page has these styles, too. */
const dress = (page: Page, styles: string): Promise<void> => page.evaluate((styles) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}, styles);

/** Sets letters, words, lines and paragraphs as far apart as WCAG 1.4.12 wants to be borne, over the program's own styles. */
async function spaceOut(page: Page): Promise<void> {
  await dress(page, `
    * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
    p { margin-block-end: 2em !important; }`);
  const spaced = () => page.locator('h1').first().evaluate((heading) => {
    const { fontSize, letterSpacing } = getComputedStyle(heading);
    return Math.round(1000 * parseFloat(letterSpacing) / parseFloat(fontSize));
  });
  expect(await spaced(), 'the space between letters').toBe(120);
}

test('what is cut off, what lies upon its neighbour and what makes a page too wide is found @hydrated', async ({ page, empty }) => {
  await begin(page, empty);
  await page.setViewportSize(phone);
  const show = async (styles: string) => {
    await page.goto(`${empty.url}/settings/profile`);
    await settled(page, true);
    await dress(page, styles);
  };
  const cut = 'inline-size: 1rem; overflow: hidden; white-space: nowrap';
  const faults: [styles: string, found: RegExp][] = [
    [`h1 { ${cut}; }`, /is cut off by h1/],
    ['h1 { position: relative; inset-block-start: 1.5rem; }', /lies upon/],
    ['h1 { inline-size: 110vw; }', /scrolls sideways by/],
  ];
  for (const [styles, found] of faults) {
    await show(styles);
    await expect(expectFits(page), styles).rejects.toThrow(found);
  }
  // Of what is for the ears only nothing is seen to be cut off.
  await show(`h1 { ${cut}; clip-path: inset(50%); }`);
  await expectFits(page);
});

test('on 320 pixels, and with letters, words and lines further apart, all that is said has room @hydrated', async ({ page, empty }) => {
  test.slow();
  await begin(page, empty);
  const client = clientOf(page);
  const made: Made = { ...await project(client), ...await job(client), template: await client.made('create_template', { from: 'weekly-status' }) };
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const pages = [
    '/', '/board/REP', '/board/REP/tasks/1', '/board/REP/list', '/my-work', '/jobs', '/jobs/{job}', '/jobs/{job}/edit', '/jobs/runs/{run}',
    '/templates/{template}?project=REP', '/reports', '/reports/{report}', '/outbox', '/outbox?clear=0', '/settings/profile', '/settings/mail',
    '/settings/people',
  ];
  for (const template of pages) {
    await test.step(template, async () => {
      await page.setViewportSize(least);
      await page.goto(`${empty.url}${address(template, made)}`);
      await settled(page, true);
      await expectFits(page);
      await spaceOut(page);
      let parts = 0;
      for (const size of [phone, desk]) {
        await page.setViewportSize(size);
        await expectFits(page);
        // One part of the designer at a time where there is no room for more.
        for (const part of await page.getByRole('group', { name: 'Parts of the page' }).getByRole('button').all()) {
          if (!await part.isVisible()) continue;
          await part.click();
          await expectFits(page);
          parts += 1;
        }
      }
      if (template.startsWith('/templates/')) expect(parts, 'parts of the designer that were looked at').toBeGreaterThan(1);
    });
  }
});

test('on 320 pixels the board is scrolled in its own box, to the last of its lists', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await project(clientOf(page));
  await page.setViewportSize(least);
  await page.goto(`${empty.url}/board/REP`);
  await settled(page, hydrated);
  await expectFits(page);
  const last = page.getByRole('region', { name: 'Completed' });
  await expect(last).not.toBeInViewport();
  await page.locator('.board').evaluate((board) => board.scrollTo({ left: board.scrollWidth, behavior: 'instant' }));
  await expect(last).toBeInViewport({ ratio: 0.9 });
});

const german = 'Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz';
const finnish = 'Lentokonesuihkuturbiinimoottoriapumekaanikkoaliupseerioppilas';
const arabic = 'مراجعة التقرير الأسبوعي وإرساله إلى جميع المشرفين قبل نهاية الأسبوع';
const hebrew = 'להכין את הדוח השבועי ולשלוח אותו לכל המנהלים לפני סוף השבוע הבא';
/** No space lets it go on in the next line. */
const arabicInOne = 'أفاستسقيناكموهافأسقيناكموهاوسيستدرجونهموليستخلفنهمفأنلزمكموها';

/** Lists, labels, tasks, a job, an account and people with names of these. */
async function name(page: Page, client: Client): Promise<Made> {
  await client.call('create_project', { name: finnish, key: 'REP', zone: 'Europe/Ljubljana' });
  for (const [list, status] of [[german, 'todo'], [arabicInOne, 'progress'], [hebrew, 'done']]) {
    await client.call('add_column', { project: 'REP', name: list.slice(0, 50), status });
  }
  const { columns } = await boardOf(page);
  for (const title of [german, finnish, arabic, arabicInOne, hebrew]) {
    const added = await client.call<{ id: string }[]>('add_tasks', { project: 'REP', column: columns[0].id, title: `${title} @me tomorrow`, at: 'end' });
    for (const label of [finnish, arabicInOne, hebrew]) await client.call('add_label', { task: added.value[0].id, label: label.slice(0, 50) });
    await client.call('add_item', { task: added.value[0].id, text: german });
    await client.call('add_comment', { task: added.value[0].id, body: `${finnish} ${arabicInOne}` });
  }
  // One stands in a list with a long name, too.
  const { columns: [todo, ...others] } = await boardOf(page);
  const long = others.find((column) => column.name === german.slice(0, 50))!;
  await client.call('move_task', { card: todo.cards[1].id, column: long.id, after: null, before: null, op: crypto.randomUUID() }, 'json');
  const mailbox = (at: number) => `${at}${german.toLowerCase().replaceAll('ü', 'ue').slice(0, 60)}@example.org`;
  for (const account of [german, arabicInOne]) {
    await client.made('save_account', {
      name: account, host: `mail.${finnish.toLowerCase()}.example.org`, port: '587', tls: 'start_tls', auth: 'none',
      sender_name: hebrew, sender_address: mailbox(0),
    });
  }
  for (const [at, person] of [german, finnish, arabic, hebrew].entries()) {
    await client.made('invite_person', { name: person, email: mailbox(at), zone: 'UTC', role: 'member' });
  }
  const when = { project: 'REP', mode: 'simple', mon: 'on', at: '07:00', zone: 'Europe/Ljubljana' };
  await client.made('save_job', { name: hebrew, ...when, recipients: mailbox(9) });
  return { job: await client.made('save_job', { name: german, ...when, recipients: mailbox(9) }) };
}

test('words of sixty letters, and words from right to left, push nothing out of the page and lie upon nothing @hydrated', async ({ page, empty }) => {
  test.slow();
  await begin(page, empty);
  const made = await name(page, clientOf(page));
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const pages = [
    '/', '/projects', '/board/REP', '/board/REP?group=priority', '/board/REP/tasks/1', '/tasks/REP-2', '/board/REP/list', '/my-work',
    '/jobs', '/jobs/{job}', '/settings/mail', '/settings/people',
  ];
  for (const template of pages) {
    await test.step(template, async () => {
      await page.setViewportSize(phone);
      await page.goto(`${empty.url}${address(template, made)}`);
      await settled(page, true);
      await expectFits(page);
      await page.setViewportSize(desk);
      await expectFits(page);
    });
  }
});
