// Buying what a show shows, in a browser: logging in and registering, the order sheet, the test
// cashier, the order page, the maker's list; with scripts and without them.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { PHONE, launch, visitor } from './lib/browser.mjs';
import { demo, fillReceiver, logIn } from './lib/demo.mjs';
import { ffmpeg } from './lib/encoders.mjs';
import { Person } from './lib/people.mjs';
import { atEnd } from './lib/process.mjs';
import { until } from './lib/until.mjs';

let town;
let encoder;
let browser;
let host;

before(async () => {
  browser = await launch();
  town = await demo();
  encoder = ffmpeg(town.publishUrl); // the show is live, and its prices hold, while this publishes
  await town.log(/live\.published .*stream=show-/);
  host = await new Person(town).login('host', town.passwords.host);
});

atEnd(async () => {
  await browser.close();
  await encoder.kill('SIGTERM');
  await town.stop();
});

const jsonOf = async (path) => (await (await fetch(`${town.url}${path}`)).json());

async function items() {
  return (await jsonOf(`/shows/${town.show}.json`)).items;
}

// Shows a product of the show on the card, and tells it as it is then.
async function show(position) {
  const item = (await items())[position];
  const { status, text } = await host.post(`/shows/${town.show}/card`, { item: String(item.id) });
  assert.equal(status, 200, text);
  return item;
}

// What the hall and the show say is left of an item.
async function left(item) {
  const { skus } = await jsonOf(`/hall/products/${item.slug}.json`);
  const inHall = skus.find((s) => s.id === item.sku_id).stock;
  const inShow = (await items()).find((i) => i.id === item.id).left;
  assert.equal(inShow, inHall, 'the show and the hall say the same');
  return inHall;
}

const figure = async (locator) => Number((await locator.textContent()).replace(/\D/g, ''));

// Orders and pays in the sheet that is open, and gives the address of the order's page.
async function buyInSheet(page, item) {
  const sheet = page.locator('[data-sheet]');
  await sheet.locator('[data-order-form]').waitFor();
  assert.equal(await sheet.locator('[name="sku"]').inputValue(), String(item.sku_id));
  assert.equal(await sheet.locator('[name="quantity"]').inputValue(), '1');
  await fillReceiver(sheet);
  await sheet.locator('[data-order-form] .buy').click();
  const pay = sheet.locator('[data-pay-form] .buy');
  await pay.waitFor();
  assert.equal(await figure(sheet.locator('[data-order-total]')), item.price.fen / 100);
  assert.match(await sheet.locator('[data-order-clock]').textContent(), /^\d+:\d\d$/);
  await pay.click();
  await sheet.locator('.done').waitFor();
  await sheet.locator('[data-order-link]').click();
  await page.waitForURL(/\/orders\/\d+$/);
  return page.url();
}

// The order's page in Chinese says that one piece of the item is paid, at the show's price.
async function assertPaid(page, item) {
  const text = await page.locator('main').innerText();
  for (const part of [item.title, '× 1', `¥${item.price.fen / 100}`, '已付款'])
    assert.ok(text.includes(part), `${part} in:\n${text}`);
}

test('a buyer logs in from the room, buys what is shown and the stock falls by one', async () => {
  const item = await show(0);
  const before = await left(item);
  const other = await visitor(browser, { viewport: PHONE });
  const watching = await other.page();
  await watching.goto(town.room);
  const cardLeft = watching.locator('[data-card-left]');
  assert.equal(await figure(cardLeft), before);
  await watching.evaluate('globalThis.sameDocument = true');

  const guest = await visitor(browser);
  const page = await guest.page();
  await page.goto(town.room);
  await page.click('[data-say] a.input'); // "log in to talk"
  await page.waitForURL(/\/login\?next=/);
  await page.fill('#login', 'buyer');
  await page.fill('#password', town.passwords.buyer);
  await page.click('form[action="/login"] button');
  await page.waitForURL(town.room);
  await page.click('[data-card-buy]');
  const address = await buyInSheet(page, item);
  await assertPaid(page, item);
  await page.goto(`${town.url}/orders`);
  await page.locator(`a[href="${new URL(address).pathname}"]`).first().waitFor();

  assert.equal(await left(item), before - 1, 'the stock has fallen by one');
  await until('the other viewer sees it', async () => (await figure(cardLeft)) === before - 1);
  assert.equal(await watching.evaluate('globalThis.sameDocument'), true, 'without a reload');
  await town.check();

  const clerk = await visitor(browser);
  const list = await clerk.page();
  await logIn(list, town, 'factory', '/factory/orders');
  const number = /\d+$/.exec(address)[0];
  const row = list.locator('tbody tr').filter({ has: list.locator(`a[href="/orders/${number}"]`) });
  const text = await row.innerText();
  assert.ok(text.includes(item.title) && text.includes('已付款'), text);
  await row.locator(`a[href="/orders/${number}"]`).click();
  await list.waitForURL(address);
  await assertPaid(list, item);
  await Promise.all([guest.close(), other.close(), clerk.close()]);
});

test('a stranger who presses "buy" registers, comes to the order, and buys, on a phone', async () => {
  const item = await show(1);
  const before = await left(item);
  const guest = await visitor(browser, { viewport: PHONE });
  const page = await guest.page();
  await page.goto(town.room);
  await page.click('[data-card-buy]');
  await page.waitForURL(/\/login\?next=/);
  await page.click('a[href^="/register"]');
  await page.fill('#login', 'newcomer');
  await page.fill('#name', '新来的');
  await page.fill('#phone', '13900000001');
  await page.fill('#password', 'a long enough password');
  await page.click('form[action="/register"] button');
  await page.waitForURL(`**/orders/new?sku=${item.sku_id}&quantity=1&show=${town.show}`);
  await fillReceiver(page);
  await page.click('[data-order-form] .buy');
  await page.click('form[action$="/pay"] button');
  await page.click('form[action^="/cashier/"] button');
  await page.waitForURL(/\/orders\/\d+$/);
  await assertPaid(page, item);
  assert.equal(await left(item), before - 1);
  await town.check();
  await guest.close();
});

test('the sheet says what is wrong, in the language of the buyer, and takes no order', async () => {
  const item = await show(2);
  const before = await left(item);
  const guest = await visitor(browser, { locale: 'en' });
  guest.allowed.push(/422/, /409/);
  const page = await guest.page();
  await logIn(page, town, 'buyer', `/shows/${town.show}`);
  await page.click('[data-card-buy]');
  const sheet = page.locator('[data-sheet]');
  const order = sheet.locator('[data-order-form] .buy');
  await sheet.locator('[data-order-form]').waitFor();
  await fillReceiver(sheet);
  await sheet.locator('[name="phone"]').fill('call me');
  await order.click();
  const alert = sheet.locator('[role="alert"]');
  assert.match(await alert.innerText(), /phone/i);
  assert.equal(await sheet.locator('[name="phone"]').getAttribute('aria-invalid'), 'true');
  await sheet.locator('[name="phone"]').fill('13800000000');
  await sheet.locator('[name="quantity"]').fill(String(before + 1));
  await sheet.locator('[name="quantity"]').blur();
  await order.click();
  await until('it is said how many are left', async () =>
    (await alert.innerText()).includes(String(before)));
  assert.match(await alert.innerText(), /^[\x20-\x7e]+$/, 'in English');
  await sheet.locator('[data-sheet-close]').first().click();
  assert.equal(await sheet.isVisible(), false);
  assert.equal(await left(item), before);
  await guest.close();
});

test('from the hall: another choice of a product, at its own price, in the sheet', async () => {
  const { products } = await jsonOf('/hall.json');
  const all = await Promise.all(products.map((p) => jsonOf(`/hall/products/${p.slug}.json`)));
  const other = ({ skus }) => skus.find((s) => s.stock > 0 && !s.current);
  const { product, skus } = all.find(other);
  const choice = other({ skus });
  const guest = await visitor(browser);
  const page = await guest.page();
  await logIn(page, town, 'buyer', `/hall/products/${product.slug}`);
  await page.locator(`label:has([name="sku"][value="${choice.id}"])`).click();
  assert.equal(await figure(page.locator('[data-offer-price]')), choice.price.fen / 100);
  await page.click('[data-offer] .buy');
  await buyInSheet(page, { sku_id: choice.id, price: choice.price });
  await assertPaid(page, { title: product.title, price: choice.price });
  assert.ok((await page.locator('main').innerText()).includes(choice.name));
  const now = (await jsonOf(`/hall/products/${product.slug}.json`)).skus;
  assert.deepEqual(now.map((s) => s.stock), skus.map((s) => s.stock - (s.id === choice.id)));
  await guest.close();
});

test('an order button pressed twice in a hurry is one order', async () => {
  const item = await show(3);
  const before = await left(item);
  const guest = await visitor(browser);
  const page = await guest.page();
  await logIn(page, town, 'buyer', `/orders/new?sku=${item.sku_id}&quantity=1&show=${town.show}`);
  await fillReceiver(page);
  // As fast as fingers never are, and without the page's own guard against it.
  const key = await page.locator('[name="idempotency_key"]').inputValue();
  const send = () => page.evaluate(async () => {
    const body = new URLSearchParams(new FormData(document.querySelector('[data-order-form]')));
    return (await fetch('/orders', { method: 'POST', body })).url;
  });
  const [first, second] = await Promise.all([send(), send()]);
  assert.ok(key.length > 10);
  assert.match(first, /\/orders\/\d+$/);
  assert.equal(first, second);
  assert.equal(await left(item), before - 1);
  await town.check();
  await guest.close();
});

test('without scripts: from the room to the product, log in, order, pay', async () => {
  const item = await show(4);
  const before = await left(item);
  const guest = await visitor(browser, { javaScriptEnabled: false });
  guest.allowed.push(/422/);
  const page = await guest.page();
  await page.goto(`${town.url}/`);
  await page.click(`.hero a[href="/shows/${town.show}"]`);
  assert.equal(await page.locator('[data-card-title]').textContent(), item.title);
  await page.click('[data-card-buy]');
  assert.match(page.url(), new RegExp(`/hall/products/${item.slug}`));
  assert.equal(await figure(page.locator('[data-offer-price]')), item.price.fen / 100, 'the price of the show');
  await page.click('[data-offer] .buy');
  await page.waitForURL(/\/login\?next=/);
  await page.fill('#login', 'buyer');
  await page.fill('#password', 'not this one');
  await page.click('form[action="/login"] button');
  assert.equal(await page.locator('[role="alert"]').isVisible(), true);
  assert.equal(await page.locator('#login').inputValue(), 'buyer', 'what was typed is kept');
  await page.fill('#password', town.passwords.buyer);
  await page.click('form[action="/login"] button');
  await page.waitForURL(/\/orders\/new\?/);
  await fillReceiver(page);
  await page.fill('[name="phone"]', 'call me');
  await page.click('[data-order-form] .buy');
  assert.equal(await page.locator('#phone').getAttribute('aria-invalid'), 'true');
  assert.equal(await page.locator('#address').inputValue(), '浙江省宁波市青石弄 8 号');
  await page.fill('[name="phone"]', '13800000000');
  await page.click('[data-order-form] .buy');
  await page.waitForURL(/\/orders\/\d+$/);
  assert.equal(await left(item), before - 1, 'it is kept for the buyer until it is paid');
  await page.click('form[action$="/pay"] button');
  await page.waitForURL(/\/cashier\/\d+$/);
  await page.click('form[action^="/cashier/"] button');
  await page.waitForURL(/\/orders\/\d+$/);
  await assertPaid(page, item);
  assert.equal(await left(item), before - 1);
  await town.check();
  await guest.close();
});

test('without scripts: browse by kind, words and pages of the hall, and back out', async () => {
  const guest = await visitor(browser, { javaScriptEnabled: false, viewport: PHONE });
  const page = await guest.page();
  await page.goto(`${town.url}/hall`);
  const { kinds } = await jsonOf('/hall.json');
  await page.click(`.directory a[href$="/kinds/${kinds[0].slug}"]`);
  await page.waitForURL(new RegExp(`/hall/kinds/${kinds[0].slug}$`));
  const names = await page.locator('.good .name').allTextContents();
  const { products } = await jsonOf(`/hall.json?kind=${kinds[0].slug}`);
  assert.deepEqual(names, products.map((p) => p.title));
  await page.fill('.find input', products[0].title.slice(-3));
  await page.press('.find input', 'Enter');
  await page.waitForURL(/q=/);
  const found = await page.locator('.good .name').allTextContents();
  assert.ok(found.length > 0 && found.every((n) => n.includes(products[0].title.slice(-3))), `${found}`);
  await page.goto(`${town.url}/hall?all=1`);
  await page.click('.pager a[rel="next"]');
  await page.waitForURL(/page=2/);
  const second = await page.locator('.good .name').allTextContents();
  assert.ok(second.length > 0 && !second.includes(names[0]));
  await logIn(page, town, 'buyer', '/me');
  await page.locator('main form[action="/logout"] button').click();
  await page.waitForURL(`${town.url}/`);
  await page.goto(`${town.url}/orders`);
  assert.match(page.url(), /\/login\?next=/, 'who has left must log in again');
  await guest.close();
});
