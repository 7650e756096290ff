// A sample travels and comes back: asked for on a phone from the product's page, granted and shipped by the maker's clerk,
// received, sent back, confirmed, reviewed; while it is out it cannot be sold. Then a price for many pieces is asked for,
// offered, countered, agreed, and becomes an order at what was agreed.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { LAPTOP, PHONE, assertFits, axe, launch, visitor } from './lib/browser.mjs';
import { demo, logIn } from './lib/demo.mjs';
import { atEnd } from './lib/process.mjs';

let town;
let browser;
let host;
let clerk;
let product; // of the clerk's factory: {path, sku, left}

const sent = (page, click) => Promise.all([page.waitForNavigation(), click()]);
const json = async (page, path) => (await page.request.get(town.url + path, { headers: { accept: 'application/json' } })).json();

before(async () => {
  browser = await launch();
  town = await demo();
  host = await (await visitor(browser, { viewport: PHONE })).page();
  clerk = await (await visitor(browser, { viewport: LAPTOP })).page();
  await logIn(host, town, 'host', '/samples');
  await logIn(clerk, town, 'factory', '/factory/samples');
  const { factory } = await json(clerk, '/console');
  await clerk.goto(`${town.url}/hall/factories/${factory.slug}`);
  const links = await clerk.locator('main a[href*="/hall/products/"]').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
  const asked = (await json(host, '/samples')).samples.map((s) => s.sku); // nobody asks twice for one
  for (const path of new Set(links)) {
    const sku = (await json(clerk, path)).skus.find((s) => s.stock > 60 && !asked.includes(s.id));
    if (sku) product = { path, sku: sku.id, left: sku.stock };
    if (product) break;
  }
  assert.ok(product, 'a product of the clerk with pieces on hand');
});

atEnd(async () => {
  await browser.close();
  await town.check();
  await town.stop();
});

const left = async () => (await json(clerk, product.path)).skus.find((s) => s.id === product.sku).stock;
const state = (page) => page.locator('.page-head .chip').innerText();

// One step of a sample or a quote, by the button that is named so.
async function step(page, path, button, fields = {}) {
  await page.goto(town.url + path);
  const form = page.locator('main form', { has: page.getByRole('button', { name: button, exact: true }) });
  for (const [field, value] of Object.entries(fields)) await form.locator(`[name="${field}"]`).fill(String(value));
  await sent(page, () => form.getByRole('button', { name: button, exact: true }).click());
  return state(page);
}

test('a sample travels and comes back', async () => {
  await host.goto(`${town.url}/samples/new?sku=${product.sku}`);
  await assertFits(host);
  await host.fill('#quantity', '2');
  await host.fill('#days', '7');
  await host.fill('#why', '周六专场要拍近景');
  await sent(host, () => host.locator('main .button.primary').click());
  const path = new URL(host.url()).pathname;
  assert.match(path, /^\/samples\/\d+$/, await host.locator('main').innerText());
  assert.equal(await state(host), '待审核');
  assert.deepEqual(await axe(host), []);
  assert.equal(await left(), product.left, 'asking holds nothing');

  await clerk.goto(`${town.url}/factory/samples`);
  await clerk.locator(`main a[href="${path}"]`).first().click();
  await clerk.waitForURL(town.url + path);
  assert.equal(await step(clerk, path, '同意申请'), '待寄出');
  assert.equal(await left(), product.left - 2, 'what is out on samples cannot be sold');
  assert.equal(await step(clerk, path, '寄出', { carrier: '湖畔快递', number: 'YP20261128' }), '运输中');
  assert.equal(await step(host, path, '确认收到'), '使用中');
  assert.equal(await step(host, path, '已归还'), '归还中');
  assert.equal(await step(clerk, path, '确认已收回'), '已归还');
  assert.equal(await left(), product.left, 'it is back in the stock');
  assert.equal(await step(host, path, '评价', { stars: 5, note: '手感扎实' }), '已评价');
  await host.getByText('手感扎实').first().waitFor();
  assert.deepEqual(await axe(host), []);
});

test('a price for many pieces is agreed on and becomes an order', async () => {
  await host.goto(`${town.url}/quotes/new?sku=${product.sku}`);
  await host.fill('#quantity', '20');
  await host.fill('#want', '40');
  await host.fill('#note', '春节前要到货');
  await sent(host, () => host.locator('main .button.primary').click());
  const path = new URL(host.url()).pathname;
  assert.match(path, /^\/quotes\/\d+$/);
  await assertFits(host);
  const names = Object.fromEntries((await json(clerk, path)).may.map((m) => [m.event, m.name]));
  await step(clerk, path, names.quote, { least_1: 20, price_1: '55', least_2: 40, price_2: '50', lead_days: 10, valid_days: 7 });
  const asks = Object.fromEntries((await json(host, path)).may.map((m) => [m.event, m.name]));
  await step(host, path, asks.counter, { quantity: 40, want: '48', note: '四十件能到 48 吗' });
  await step(clerk, path, names.quote, { least_1: 40, price_1: '49', lead_days: 10, valid_days: 7 });
  await step(host, path, asks.accept);
  const { quote } = await json(host, path);
  assert.deepEqual([quote.status, quote.quantity, quote.price.fen, quote.total.fen], ['accepted', 40, 4900, 196000]);
  assert.equal(await left(), product.left - 40, 'what was agreed on is kept for it');
  await host.locator('.log', { hasText: '四十件能到 48 吗' }).waitFor();
  assert.deepEqual(await axe(host), []);
});
