// The first minutes: from an empty database to an account, and what the door does with strangers.
import { weeklyJob } from '../fixtures/jobs.ts';
import { begin, beginByHand, createProject, dana, expect, expectAccessible, settled, signIn, signOut, test } from '../fixtures/story.ts';

test('the first visitor becomes the administrator, and stays signed in over a restart', async ({ page, empty, hydrated }) => {
  await page.goto(`${empty.url}/board`);
  await expect(page.getByRole('heading', { name: 'Create the administrator' })).toBeVisible();
  await settled(page, hydrated);
  if (hydrated) await expect(page.getByLabel('Time zone')).toHaveValue('Europe/Ljubljana');

  await beginByHand(page, empty);
  await empty.restart();
  await page.reload();
  await expect(page.getByRole('navigation', { name: 'Main', exact: true })).toBeVisible();

  await signOut(page);
  await page.goto(`${empty.url}/sign-up`);
  await expect(page.getByText('New accounts are made by an administrator')).toBeVisible();

  await page.goto(`${empty.url}/projects/new`);
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.getByLabel('E-mail').fill(dana.email);
  await page.getByLabel('Password').fill(dana.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'New project' })).toBeVisible();
});

test('a link to a place in a page leads there after signing in @hydrated', async ({ page, empty }) => {
  await beginByHand(page, empty);
  await signOut(page);
  await page.goto(`${empty.url}/keys?from=mail#place`);
  await settled(page, true);
  await page.getByLabel('E-mail').fill(dana.email);
  await page.getByLabel('Password').fill(dana.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(`${empty.url}/keys?from=mail#place`);
});

const another = 'twelve quiet herons at the lake';

test('a password is changed by its person, who stays signed in here and nowhere else', async ({ page, empty, browser, hydrated }) => {
  await begin(page, empty);
  const elsewhere = await (await browser.newContext()).newPage();
  await signIn(elsewhere, empty);
  await expect(elsewhere.getByRole('navigation', { name: 'Main', exact: true })).toBeVisible();
  await page.goto(`${empty.url}/settings/security`);
  await settled(page, hydrated);
  await expect(page.getByRole('row').filter({ hasText: 'This device' })).toHaveCount(1);
  await expect(page.getByRole('row').filter({ hasText: 'Chrome on Linux' })).not.toHaveCount(0);
  if (hydrated) await expectAccessible(page);
  await page.getByLabel('Current password').fill(dana.password);
  await page.getByLabel('New password').fill(another);
  await page.getByRole('button', { name: 'Change the password' }).click();
  await expect(page.getByText('Your password is changed.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Sign out everywhere else' })).toHaveCount(0);
  await elsewhere.goto(`${empty.url}/settings/security`);
  await expect(elsewhere.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await signIn(elsewhere, empty, another);
  await expect(elsewhere.getByRole('navigation', { name: 'Main', exact: true })).toBeVisible();

  await page.reload();
  await settled(page, hydrated);
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await expect(page.getByText('Signed out there.')).toBeVisible();
  await elsewhere.reload();
  await expect(elsewhere.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await elsewhere.context().close();
});

test.describe('a refusal', () => {
  test.use({ expectedErrors: [/status of (401|404|422|429)/] });

  test('a new password is refused beside its fields where the current one is wrong, or it is weak', async ({ page, empty, hydrated }) => {
    await begin(page, empty);
    await page.goto(`${empty.url}/settings/security`);
    await settled(page, hydrated);
    const change = async (current: string, password: string) => {
      await page.getByLabel('Current password').fill(current);
      await page.getByLabel('New password').fill(password);
      await page.getByRole('button', { name: 'Change the password' }).click();
    };
    await change('not my password at all', another);
    await expect(page.getByLabel('Current password')).toHaveAttribute('aria-invalid', 'true');
    await expect(page.locator('#current-error')).toContainText('This is not your password');
    await settled(page, hydrated);
    await change(dana.password, 'short');
    await expect(page.getByLabel('New password')).toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByLabel('Current password')).toHaveValue('');
  });

  test('a weak beginning is refused beside its fields, and what was typed is kept', async ({ page, empty, hydrated }) => {
    await page.goto(empty.url);
    await settled(page, hydrated);
    await page.getByLabel('Name').fill('Dana');
    await page.getByLabel('E-mail').fill(dana.email);
    await page.getByLabel('Password').fill('short');
    await page.getByRole('button', { name: 'Create the account' }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'There is a problem' })).toBeVisible();
    await expect(page.getByLabel('Password')).toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByLabel('Name')).toHaveValue('Dana');
    await expect(page.getByLabel('E-mail')).toHaveValue(dana.email);
    if (hydrated) await expectAccessible(page);
  });

  test('a wrong password and an unknown person get the same answer', async ({ page, empty }) => {
    await beginByHand(page, empty);
    await signOut(page);
    await signIn(page, empty, 'not the right password');
    const answer = page.getByRole('alert').filter({ hasText: 'There is a problem' });
    const words = await answer.innerText();
    await page.getByLabel('E-mail').fill('nobody@example.org');
    await page.getByLabel('Password').fill('not the right password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByLabel('E-mail')).toHaveValue('nobody@example.org');
    expect(await answer.innerText()).toBe(words);
  });

  test('an address that leads nowhere says so inside the frame, with its true status', async ({ page, empty, hydrated }) => {
    await begin(page, empty);
    const answer = await page.goto(`${empty.url}/nowhere`);
    expect(answer?.status()).toBe(404);
    await settled(page, hydrated);
    await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
    await expect(page.getByRole('navigation', { name: 'Main', exact: true })).toBeVisible();
    if (hydrated) await expectAccessible(page);
  });
});

test('colours: a person chooses dark, and the server remembers it', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await page.goto(`${empty.url}/settings/profile`);
  await settled(page, hydrated);
  await page.getByLabel('Colours').selectOption('Dark');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  if (hydrated) await expectAccessible(page);
});

test('what is typed into a form is not left behind by a link without a question @hydrated', async ({ page, empty }) => {
  await begin(page, empty);
  await page.goto(`${empty.url}/settings/profile`);
  await settled(page, true);
  const name = page.getByLabel('Name', { exact: true });
  const before = await name.inputValue();
  await name.focus();
  await page.keyboard.press('End');
  await page.keyboard.type(' the Second');
  const elsewhere = page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Dashboard' });
  page.once('dialog', (dialog) => dialog.dismiss());
  await elsewhere.click();
  await expect(page).toHaveURL(/settings\/profile/);
  await expect(name).toHaveValue(`${before} the Second`);
  page.once('dialog', (dialog) => dialog.accept());
  await elsewhere.click();
  await expect(page.getByRole('heading', { level: 1, name: 'Dashboard' })).toBeVisible();

  await page.goto(`${empty.url}/settings/profile`);
  await settled(page, true);
  await name.focus();
  await page.keyboard.press('End');
  await page.keyboard.type(' the Third');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  await settled(page, true);
  await elsewhere.click();
  await expect(page.getByRole('heading', { level: 1, name: 'Dashboard' })).toBeVisible();

  // Another form of the same page, whose answer is the page anew.
  await createProject(page);
  const job = await weeklyJob(page, ['mina@example.org']);
  await page.goto(`${empty.url}/jobs/${job}/edit`);
  await settled(page, true);
  const title = page.getByLabel('Name', { exact: true });
  await title.focus();
  await page.keyboard.press('End');
  await page.keyboard.type(' anew');
  const ping = page.getByRole('region', { name: 'Ping if it works' });
  await ping.getByRole('textbox', { name: 'Address' }).focus();
  await page.keyboard.type('https://hc-ping.example/x');
  page.once('dialog', (dialog) => dialog.dismiss());
  await ping.getByRole('button', { name: 'Save the ping' }).click();
  await expect(title).toHaveValue('Weekly report anew');
  await expect(ping).not.toContainText('stored and not shown');
  page.once('dialog', (dialog) => dialog.accept());
  await ping.getByRole('button', { name: 'Save the ping' }).click();
  await expect(ping).toContainText('stored and not shown');
  await expect(title).toHaveValue('Weekly report');
});

test('every answer carries the headers that keep strangers out', async ({ request, empty }) => {
  const answer = await request.get(`${empty.url}/sign-up`);
  const headers = answer.headers();
  expect(headers['content-security-policy']).toMatch(/default-src 'none'; script-src 'nonce-[^']+' 'strict-dynamic' 'wasm-unsafe-eval'/);
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['referrer-policy']).toBe('same-origin');
  expect(headers['cross-origin-opener-policy']).toBe('same-origin');
  expect(await answer.text()).not.toMatch(/\sstyle="/);

  const foreign = await request.post(`${empty.url}/rpc/sign_out`, { headers: { 'sec-fetch-site': 'cross-site' }, form: {} });
  expect(foreign.status()).toBe(403);
});

test('on a phone the settings are a list, and then a page; on a desk both stand beside each other', async ({ page, empty, hydrated }) => {
  await begin(page, empty);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${empty.url}/settings`);
  await settled(page, hydrated);
  const sections = page.getByRole('navigation', { name: 'Settings' });
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
  await expect(page.getByLabel('Name', { exact: true })).toBeHidden();
  await sections.getByRole('link', { name: 'Profile' }).click();
  await expect(page.getByLabel('Name', { exact: true })).toBeInViewport();
  await expect(sections).toBeHidden();
  await settled(page, hydrated);
  await page.getByRole('link', { name: 'All settings' }).click();
  await expect(sections).toBeVisible();
  await page.setViewportSize({ width: 1280, height: 800 });
  await expect(page.getByLabel('Name', { exact: true })).toBeVisible();
  await expect(sections.getByRole('link', { name: 'Profile' })).toHaveAttribute('aria-current', 'page');
  await expect(page.getByRole('link', { name: 'All settings' })).toBeHidden();
});
