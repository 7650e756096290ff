// Somebody comes from a product's page, watches on a phone and opens the order sheet; the desk sees
// it and keeps it when it is loaded again; the report says it afterwards.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { assertFits, axe, launch, LAPTOP, PHONE, visitor } from './lib/browser.mjs';
import { demo, logIn } from './lib/demo.mjs';
import { ffmpeg } from './lib/encoders.mjs';
import { Person } from './lib/people.mjs';
import { atEnd } from './lib/process.mjs';
import { until } from './lib/until.mjs';

let town;
let browser;
let host;
let items;

const report = async () => (await host.get(`/shows/${town.show}/report`)).body;

before(async () => {
  browser = await launch();
  town = await demo();
  host = new Person(town);
  await host.login('host', town.passwords.host);
  ({ body: { items } } = await host.get(`/shows/${town.show}/desk`));
  ffmpeg(town.publishUrl, { size: '360x640', gop: 50 });
  await until('it is live', async () => (await host.get(`/shows/${town.show}`)).body.show.status === 'live', 30_000);
  await host.post(`/shows/${town.show}/card`, { item: items[0].id });
});

atEnd(async () => {
  await browser.close();
  await town.check();
  await town.stop();
});

test('a window that watches is one visit, loaded again too, and says where it came from', async () => {
  const guest = await visitor(browser, { viewport: PHONE });
  const page = await guest.page();
  await logIn(page, town, 'buyer', `/hall/products/${items[0].slug}`);
  await page.evaluate((href) => {
    const link = document.createElement('a');
    link.href = href;
    document.body.append(link);
    link.click();
  }, `/shows/${town.show}`);
  await page.waitForURL(`**/shows/${town.show}`);
  await page.locator('[data-card-buy]').click();
  await page.locator('[data-sheet] [data-order-form]').waitFor();
  await page.reload();
  await until('it is counted', async () => {
    const { stay, funnel } = await report();
    return stay.visits === 1 && funnel.find((s) => s.step === 'opened').n === 1;
  }, 20_000);
  const { sources, products } = await report();
  assert.deepEqual(sources.map((s) => [s.source, s.visits, s.opened]), [['hall', 1, 1]]);
  assert.equal(products.find((p) => p.item === items[0].id).opened, 1);
  assert.deepEqual(guest.unexpected(), []);

  const desk = await visitor(browser);
  const stage = await desk.page();
  await logIn(stage, town, 'host', `/shows/${town.show}/desk`);
  const line = () => stage.locator('[data-spark] .line').getAttribute('d');
  await until('the line has left the ground', async () => {
    await stage.reload();
    await until('it is drawn', async () => (await line()) !== null);
    return /L[\d.]+ (?!94\.0)\d/.test(await line());
  }, 40_000);
  await stage.locator('[data-audience-of="stay"]').waitFor();
  assert.equal(await stage.locator('[data-audience-of="rate"]').textContent(), '0.0%');
  assert.deepEqual(desk.unexpected(), []);
  await guest.close();
  await desk.close();
});

test('the crew that looks on is nobody', async () => {
  const crew = await visitor(browser, { viewport: PHONE });
  const page = await crew.page();
  const posts = [];
  page.on('request', (r) => r.method() === 'POST' && posts.push(new URL(r.url()).pathname));
  await logIn(page, town, 'host', `/shows/${town.show}`);
  await page.locator('[data-card-buy]').waitFor();
  assert.ok(!posts.some((p) => p.endsWith('/visit')));
  await crew.close();
});

test('the report is found from the ended desk, leads to its rows, and fits', async () => {
  await host.post(`/shows/${town.show}/end`);
  for (const [viewport, locale, colorScheme] of [[PHONE, 'zh-CN', 'light'], [LAPTOP, 'en-US', 'dark']]) {
    const desk = await visitor(browser, { viewport, locale, colorScheme });
    const page = await desk.page();
    await logIn(page, town, 'host', `/shows/${town.show}/desk`);
    await page.locator(`.desk-note a[href="/shows/${town.show}/report"]`).click();
    await page.locator('.curve svg').waitFor();
    await assertFits(page);
    assert.deepEqual(await axe(page), []);
    await page.locator('.by-minute summary').click();
    assert.deepEqual(await axe(page), []);
    await page.locator('a[href*="show_visits"]').first().click();
    await page.waitForURL('**/figures/show_visits?of=*');
    await page.goto(`${town.url}/desk`);
    await page.locator(`a[href="/shows/${town.show}/report"]`).waitFor();
    await assertFits(page);
    assert.deepEqual(desk.unexpected(), []);
    await desk.close();
  }
});

test('a maker finds what its goods did', async () => {
  const maker = await visitor(browser, { viewport: PHONE });
  const page = await maker.page();
  await logIn(page, town, 'factory', '/factory/shows');
  await assertFits(page);
  assert.deepEqual(await axe(page), []);
  await page.locator('table a').first().click();
  await page.locator('.goods').waitFor();
  assert.equal(await page.locator('.headline').count(), 0);
  await assertFits(page);
  assert.deepEqual(await axe(page), []);
  await maker.close();
});
