// The pictures in the README of templates: each mail of the gallery with its sample data, wide and narrow, light and dark.
// Run by hand when the gallery changes: `npm run gallery` in end2end, after `make build`.
import fs from 'node:fs';
import path from 'node:path';
import { AutoReport } from '../fixtures/autoreport.ts';
import { Client } from '../fixtures/client.ts';
import { folder, lookOf, looks, themes, widths } from '../fixtures/gallery-look.ts';
import { dana, expect, test } from '../fixtures/story.ts';
import { fewerColours } from './palette.ts';

/** Most bytes of a picture: they are in everybody's clone. */
const most = 150_000;

test('pictures of the gallery', async ({ browser }) => {
  const server = await AutoReport.start();
  try {
    const client = new Client(server);
    await client.call('sign_up', { name: dana.name, email: dana.email, password: dana.password, zone: 'Europe/Ljubljana' });
    const library = await text(client, '/templates');
    const words = [...new Set([...library.matchAll(/\/templates\/gallery\/([a-z-]+)\/picture/g)].map((match) => match[1]))];
    expect(words.length, 'templates of the gallery').toBeGreaterThan(0);

    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });
    const found: Record<string, string> = {};
    for (const theme of themes) {
      // A mail runs no scripts, and gets no others.
      const context = await browser.newContext({ colorScheme: theme, deviceScaleFactor: 1, javaScriptEnabled: false });
      const page = await context.newPage();
      for (const word of words) {
        const mail = await text(client, `/templates/gallery/${word}/picture?theme=${theme}`);
        found[`${word}-${theme}`] = lookOf(mail, server.url);
        for (const width of widths) {
          await page.setViewportSize({ width, height: 400 });
          await page.setContent(mail, { waitUntil: 'load' });
          const picture = fewerColours(await page.screenshot({ fullPage: true }));
          const name = `${word}-${width}-${theme}.png`;
          expect(picture.length, `bytes of ${name}`).toBeLessThan(most);
          fs.writeFileSync(path.join(folder, name), picture);
        }
      }
      await context.close();
    }
    fs.writeFileSync(looks, `${JSON.stringify(found, null, 2)}\n`);
    client.close();
  } finally {
    await server.dispose();
  }
});

async function text(client: Client, url: string): Promise<string> {
  const answer = await client.request('GET', url, undefined, { accept: 'text/html' });
  expect(answer.status, url).toBe(200);
  return answer.body.toString();
}
