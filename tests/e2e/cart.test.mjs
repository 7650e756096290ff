// A buyer on a phone puts goods of two makers into a cart, changes it, orders both at once and pays
// both with one press; with scripts and without them.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { PHONE, launch, visitor } from './lib/browser.mjs';
import { demo, fillReceiver, logIn } from './lib/demo.mjs';
import { atEnd } from './lib/process.mjs';
import { until } from './lib/until.mjs';

let town;
let browser;
let goods; // one product of each of two makers, that can be had

const jsonOf = async (path) => (await (await fetch(`${town.url}${path}`)).json());
const figure = async (locator) => Number((await locator.textContent()).replace(/\D/g, ''));

before(async () => {
  browser = await launch();
  town = await demo();
  goods = [];
  for (const { slug } of (await jsonOf('/hall.json?sort=sold')).products ?? []) {
    const { product, skus, factory } = await jsonOf(`/hall/products/${slug}.json`);
    const sku = skus.find((s) => s.stock > 4);
    if (!sku || product.lacks?.length || goods.some((g) => g.factory === factory.slug)) continue;
    goods.push({ slug, sku: sku.id, fen: sku.price.fen, title: product.title, factory: factory.slug });
    if (goods.length === 2) break;
  }
  assert.equal(goods.length, 2);
});

atEnd(async () => {
  await browser.close();
  await town.stop();
});

async function left(item) {
  const { skus } = await jsonOf(`/hall/products/${item.slug}.json`);
  return skus.find((s) => s.id === item.sku).stock;
}

async function putInCart(page, item) {
  await page.goto(`${town.url}/hall/products/${item.slug}`);
  await page.locator(`input[name="sku"][value="${item.sku}"]`).check({ force: true });
  await page.locator('[data-to-cart]').filter({ visible: true }).click();
}

// From the order sheet of the cart to both orders paid; gives their numbers.
async function orderAndPay(page, sum) {
  await page.waitForURL(/\/orders\/new\?from=cart/);
  assert.equal(await figure(page.locator('[data-sheet-sum]')), sum / 100);
  assert.equal(await page.locator('.sheet-part').count(), 2);
  await fillReceiver(page.locator('[data-order-form]'));
  await page.locator('[data-order-form] .buy').click();
  await page.waitForURL(/\/cashier\/\d+$/);
  const first = Number(/\d+$/.exec(page.url())[0]);
  const text = await page.locator('main').innerText();
  for (const part of [goods[0].title, goods[1].title, `¥${(sum / 100).toLocaleString('en')}`])
    assert.ok(text.includes(part), `${part} in:\n${text}`);
  await page.locator('main form .buy').first().click();
  await page.waitForLoadState();
  return [first, first + 1];
}

async function assertPaid(page, orders) {
  for (const id of orders) {
    await page.goto(`${town.url}/orders/${id}`);
    await page.getByText('待发货').or(page.getByText('已付款')).first().waitFor();
  }
}

test('goods of two makers are one cart, one payment and two orders', async () => {
  const before = [await left(goods[0]), await left(goods[1])];
  const buyer = await visitor(browser, { viewport: PHONE });
  const page = await buyer.page();
  await logIn(page, town, 'buyer');
  for (const item of goods) {
    await putInCart(page, item);
    await page.locator('.toast').first().waitFor();
  }
  assert.equal(await page.locator('[data-cart-n]').innerText(), '2');
  await page.goto(`${town.url}/cart`);
  assert.equal(await page.locator('[data-cart-n]').innerText(), '2');
  const total = page.locator('[data-cart-total]');
  assert.equal(await figure(total), (goods[0].fen + goods[1].fen) / 100);
  const line = page.locator(`[data-sku="${goods[0].sku}"]`);
  await line.locator('.stepper button').last().click();
  await line.locator('.stepper button').last().click();
  const sum = goods[0].fen * 3 + goods[1].fen;
  await until('the sum follows', async () => (await figure(total)) === sum / 100);
  const whole = page.locator('[data-cart-all]');
  await whole.uncheck();
  await until('nothing is picked', async () => (await figure(total)) === 0);
  assert.equal(await page.locator('[data-cart-checkout]').isDisabled(), true);
  await whole.check();
  await until('all is picked', async () => (await figure(total)) === sum / 100);
  await page.locator('[data-cart-checkout]').click();
  const orders = await orderAndPay(page, sum);
  await assertPaid(page, orders);
  assert.deepEqual([await left(goods[0]), await left(goods[1])], [before[0] - 3, before[1] - 1]);
  await page.goto(`${town.url}/cart`);
  await page.locator('.empty').waitFor();
  assert.equal(await page.locator('[data-cart-n]').isVisible(), false);
  await town.check();
});

test('without scripts too', async () => {
  const buyer = await visitor(browser, { viewport: PHONE, javaScriptEnabled: false });
  const page = await buyer.page();
  await logIn(page, town, 'buyer');
  for (const item of goods) {
    await putInCart(page, item);
    await page.waitForURL('**/cart');
  }
  await page.locator(`[data-sku="${goods[1].sku}"] [name="quantity"]`).fill('2');
  await page.locator('[data-cart-checkout]').click();
  const orders = await orderAndPay(page, goods[0].fen + goods[1].fen * 2);
  await assertPaid(page, orders);
  await town.check();
});

test('a price that changed while the sheet was open is shown before it is charged', async () => {
  const buyer = await visitor(browser, { viewport: PHONE });
  const page = await buyer.page();
  await logIn(page, town, 'buyer');
  await page.goto(`${town.url}/orders/new?sku=${goods[0].sku}`);
  await fillReceiver(page.locator('[data-order-form]'));
  await page.locator('[name="expect"]').evaluate((input) => {
    input.value = String(Number(input.value) - 1);
  });
  await page.locator('[data-order-form] .buy').click();
  await page.locator('.note.bad').waitFor();
  assert.match(await page.locator('.note.bad').innerText(), /合计金额有变动/);
  assert.equal(await page.locator('[name="name"]').inputValue(), '阿棉');
  await page.locator('[data-order-form] .buy').click();
  await page.waitForURL(/\/orders\/\d+$/);
});
