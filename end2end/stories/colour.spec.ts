// What a colour says is said by a shape, a dash or a word, too: nobody has to tell two colours apart.
import type { Locator, Page } from '@playwright/test';
import { AutoReport } from '../fixtures/autoreport.ts';
import { Client } from '../fixtures/client.ts';
import { runUntil, weeklyJob } from '../fixtures/jobs.ts';
import { begin, clientOf, createProject, dana, expect, openBoard, settled, test } from '../fixtures/story.ts';

/** The size of the picture of a mark, in pixels. */
const side = 32;

/**
 * A picture of a mark alone, always in the same place. All are drawn in one colour: whatever tells two of them apart then
 * is seen by every eye.
 */
async function picture(page: Page, mark: Locator): Promise<string> {
  await mark.evaluate((mark, side) => {
    const box = document.createElement('div');
    box.id = 'mark-alone';
    Object.assign(box.style, {
      position: 'fixed', inset: '0 auto auto 0', zIndex: '99', inlineSize: `${side}px`, blockSize: `${side}px`, overflow: 'hidden',
      display: 'grid', placeContent: 'center', background: 'Canvas',
    });
    // What is around it goes along, as far as styles look at it.
    const around = mark.parentElement!.cloneNode(false) as Element;
    around.append(mark.cloneNode(true));
    box.append(around);
    document.body.append(box);
  }, side);
  const shot = await page.screenshot({ clip: { x: 0, y: 0, width: side, height: side } });
  await page.locator('#mark-alone').evaluate((box) => box.remove());
  return shot.toString('base64');
}

/** Expects that so many marks are there and no two of them look the same. */
async function expectApart(page: Page, what: string, marks: Locator, many: number): Promise<void> {
  await expect(marks, what).toHaveCount(many);
  const pictures: string[] = [];
  for (const mark of await marks.all()) pictures.push(await picture(page, mark));
  expect(await picture(page, marks.first()), `${what}: the same mark looks the same twice`).toBe(pictures[0]);
  expect(new Set(pictures).size, `${what} that look different`).toBe(many);
}

/** From now on whatever is a sign is drawn in the one colour of text. */
const inOneColour = (page: Page) => page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });

test('statuses and priorities are told apart by their marks without colour, and by words @hydrated', async ({ page, empty }) => {
  await begin(page, empty);
  await createProject(page, ['One !low', 'Two', 'Three !high', 'Four !urgent']);
  await inOneColour(page);
  await openBoard(page, empty);
  await settled(page, true);
  await expectApart(page, 'statuses', page.locator('.col__head .status'), 4);
  await expect(page.locator('.col__head h2')).toHaveText(['Todo', 'In Progress', 'Pending', 'Completed']);
  await expectApart(page, 'priorities', page.locator('.card .prio'), 4);
  const words = page.locator('.card [data-pick=priority]');
  await expect(words).toHaveText(['Low priority', 'Medium priority', 'High priority', 'Urgent']);

  // In the list the word is seen.
  await page.goto(`${empty.url}/board/REP/list?sort=number`);
  await settled(page, true);
  await expectApart(page, 'priorities of the list', page.locator('.is-list .prio'), 4);
  const chosen = await page.getByRole('combobox', { name: /^Priority of / }).evaluateAll((fields) =>
    fields.map((field) => (field as HTMLSelectElement).selectedOptions[0].text));
  expect(new Set(chosen)).toEqual(new Set(['Low', 'Medium', 'High', 'Urgent']));
});

test('in the strip of a job each result has a shape of its own, and each run its name @hydrated', async ({ page, empty }) => {
  await begin(page, empty);
  await createProject(page, ['One']);
  const client = clientOf(page);
  const when = { project: 'REP', mode: 'simple', mon: 'on', at: '07:00', zone: 'Europe/Ljubljana' };
  const tidy = await client.made('save_job', { kind: 'archive_tasks', name: 'Archive finished tasks', finished_days: '30', ...when });
  // Nothing is finished yet, so each run ends at once.
  for (let run = 1; run <= 5; run += 1) await runUntil(page, tidy, 'skipped');
  const states = ['done', 'partly', 'failed', 'skipped', 'planned'];
  for (const [at, state] of states.entries()) {
    // All took as long as each other: no height tells them apart. The one that is to come is far off.
    const isToCome = state === 'planned';
    const moments = isToCome ? `finished_at = NULL, next_try_at = '2099' || substr(created_at, 5)` : 'finished_at = started_at';
    empty.change(`UPDATE occurrence SET state = '${state}', snapshot_hash = 'none', reason = 'As it is told', ${moments} WHERE number = ${at + 1}`);
  }
  // One that waits for a person.
  const report = await weeklyJob(page, [dana.email]);
  const draft = await client.made('start_run', { id: report, draft: 'on' });
  const waits = async () => (await client.call<{ run: { draft: object | null } }>('load_run', { id: draft })).value.run.draft !== null;
  await expect.poll(waits, { message: 'whether the draft waits', timeout: 60_000 }).toBe(true);

  await inOneColour(page);
  await page.goto(`${empty.url}/jobs`);
  await settled(page, true);
  await expectApart(page, 'results of runs', page.locator('.strip > li'), 6);
  const names = await page.locator('.strip a').evaluateAll((links) => links.map((link) => link.getAttribute('aria-label') ?? ''));
  for (const word of ['done', 'partly delivered', 'failed', 'skipped', 'planned', 'waiting for approval']) {
    expect(names.filter((name) => name.includes(`, ${word}, `)), word).toHaveLength(1);
  }
});

interface Drawn { lines: { stroke: string; dash: string }[]; fills: string[]; words: string[] }

/** What a chart draws its values with, but for its grid and its ground, and the words in it. */
const drawn = (figure: Locator): Promise<Drawn> => figure.locator('.chart:visible svg[role=img]').evaluate((svg) => {
  const isSign = (colour: string | null) => colour !== null && !/none|--viz-(grid|axis)|--surface/.test(colour);
  const attribute = (name: string) => (element: Element) => element.getAttribute(name);
  const of = (selector: string) => [...svg.querySelectorAll(selector)];
  return {
    lines: of('polyline').filter((line) => isSign(line.getAttribute('stroke')))
      .map((line) => ({ stroke: line.getAttribute('stroke')!, dash: line.getAttribute('stroke-dasharray') ?? 'solid' })),
    fills: of('rect, polygon, g[fill]').map(attribute('fill')).filter((fill): fill is string => isSign(fill)),
    words: of('text').map((text) => text.textContent ?? ''),
  };
});

test('lines of a chart differ by their dashes, and whatever has a colour of its own has its name beside it @hydrated', async ({ page }) => {
  test.slow();
  const server = await AutoReport.start({ prepare: (command) => {
    command(['user', 'create', '--email', dana.email, '--name', dana.name, '--zone', 'Europe/Ljubljana', '--admin'], `${dana.password}\n`);
    command(['seed']);
  } });
  const client = new Client(server);
  try {
    await client.signIn(dana.email, dana.password);
    await page.context().addCookies(client.cookies);
    const job = await client.made('save_job', {
      name: 'Weekly report', project: 'T', mode: 'simple', mon: 'on', at: '07:00', zone: 'Europe/Ljubljana', recipients: dana.email,
    });
    const run = await client.made('start_run', { id: job });
    const state = async () => (await client.call<{ run: { state: string } }>('load_run', { id: run })).value.run.state;
    await expect.poll(state, { message: 'how the run stands', timeout: 60_000 }).toBe('done');
    await page.goto(`${server.url}/reports/${run}?view=charts`);
    await settled(page, true);

    const figure = (lead: string) => page.getByRole('figure').filter({ has: page.getByText(lead) });
    const figures = page.getByRole('figure');
    await expect(figures).toHaveCount(10);
    for (const one of await figures.all()) {
      // Two lines of the same dash are of the same kind, and so of the same colour.
      const { lines } = await drawn(one);
      const colours = new Map<string, Set<string>>();
      for (const { stroke, dash } of lines) colours.set(dash, (colours.get(dash) ?? new Set()).add(stroke));
      expect([...colours.values()].filter((strokes) => strokes.size > 1), await one.innerText()).toEqual([]);
      // And all of it stands in a table.
      await one.getByText('Show the numbers').click();
      await expect(one.getByRole('table').getByRole('columnheader').nth(1)).not.toBeEmpty();
    }

    const flow = await drawn(figure('Tasks created and completed per day'));
    expect(new Set(flow.lines.map(({ dash }) => dash))).toEqual(new Set(['5 4', 'solid']));
    expect(flow.words).toEqual(expect.arrayContaining(['Created', 'Completed']));
    const cycle = await drawn(figure('Days from start to finish'));
    expect(new Set(cycle.lines.map(({ dash }) => dash))).toEqual(new Set(['2 3', '5 4', '10 4']));
    for (const share of ['50 %', '85 %', '95 %']) expect(cycle.words.filter((words) => words.startsWith(share)), share).toHaveLength(1);

    const bands = await drawn(figure('Tasks in each status at the end of each day'));
    expect(new Set(bands.fills).size).toBe(4);
    expect(bands.words).toEqual(expect.arrayContaining(['Todo', 'In Progress', 'Pending', 'Completed']));
    const statuses = await drawn(figure('open, by status'));
    expect(new Set(statuses.fills).size).toBe(3);
    expect(statuses.words).toEqual(expect.arrayContaining(['Todo', 'In Progress', 'Pending']));
    for (const lead of ['Open tasks by priority', 'Open tasks by person and priority']) {
      const priorities = await drawn(figure(lead).first());
      expect(new Set(priorities.fills).size, lead).toBe(4);
      expect(priorities.words, lead).toEqual(expect.arrayContaining(['Urgent', 'High', 'Medium', 'Low']));
    }
  } finally {
    client.close();
    await server.dispose();
  }
});
