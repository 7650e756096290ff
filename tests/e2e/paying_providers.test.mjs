// Paying at a server that plays WeChat Pay and Alipay, in a browser: a cart of two makers by a code that
// is scanned from the screen, one order on a phone at the provider's own page, and what went back.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { LAPTOP, PHONE, assertFits, axe, launch, visitor } from './lib/browser.mjs';
import { demo, fillReceiver, logIn } from './lib/demo.mjs';
import { Process, atEnd, run } from './lib/process.mjs';
import { ROOT, freePort, temporaryFolder } from './lib/server.mjs';

const MERCHANTS = { wechat: ['1900000110', '1900000111'], alipay: ['2088000000000001', '2088000000000002'] };

let town;
let browser;
let provider;
let goods; // one product of each of two makers, that can be had

const jsonOf = async (path) => (await (await fetch(`${town.url}${path}`)).json());
const order = async (path) => (await (await fetch(`${provider.url}/control/${path}`)).json());

async function findGoods() {
  const found = [];
  for (const { slug } of (await jsonOf('/hall.json?sort=sold')).products ?? []) {
    const { product, skus, factory } = await jsonOf(`/hall/products/${slug}.json`);
    const sku = skus.find((s) => s.stock > 4);
    if (!sku || product.lacks?.length || found.some((g) => g.factory === factory.slug)) continue;
    found.push({ slug, sku: sku.id, factory: factory.slug, name: factory.name });
    if (found.length === 2) return found;
  }
  throw new Error('there are not two makers who sell');
}

before(async () => {
  const data = temporaryFolder();
  const ports = { http: await freePort(), rtmp: await freePort() };
  const server = new Process('/usr/bin/python3', [join(ROOT, 'tests/pay/provider.py'), data]);
  provider = { url: /(http:\S+)/.exec(await server.line(/provider at/))[1], server };
  [browser, town] = await Promise.all([
    launch(),
    demo({ data, ports, args: ['--public-url', `http://127.0.0.1:${ports.http}`] }),
  ]);
  goods = await findGoods();
  await enterMerchants();
});

atEnd(async () => {
  await browser.close();
  await town.stop();
  await provider.server.kill('SIGTERM');
});

// As the base's operator does, once for each maker.
async function enterMerchants() {
  const base = await visitor(browser, { viewport: LAPTOP });
  const page = await base.page();
  await logIn(page, town, 'operator');
  for (const [i, { name }] of goods.entries()) {
    await page.goto(`${town.url}/pay/merchants?q=${encodeURIComponent(name)}`);
    const party = page.locator('form.party').first();
    for (const [who, numbers] of Object.entries(MERCHANTS))
      await party.locator(`[name="account_${who}"]`).fill(numbers[i]);
    await Promise.all([page.waitForLoadState(), party.locator('button').click()]);
    await page.waitForURL(/\/pay\/merchants/);
  }
  await base.close();
}

async function assertSound(page) {
  assert.deepEqual(await axe(page), [], page.url());
  await assertFits(page);
}

// What a phone's camera reads from the screen.
async function scan(locator) {
  const file = join(temporaryFolder(), 'code.png');
  writeFileSync(file, await locator.screenshot());
  const { code, output } = await run('zbarimg', ['-q', '--raw', file]);
  assert.equal(code, 0, output);
  return /^\w+:\/\/\S+$/m.exec(output)[0]; // the program complains of what it misses, too
}

// Ends at the cashier; one order is looked at before.
async function orderFromCart(page, items) {
  for (const item of items) {
    await page.goto(`${town.url}/hall/products/${item.slug}`);
    await page.locator(`input[name="sku"][value="${item.sku}"]`).check({ force: true });
    await page.locator('[data-to-cart]').filter({ visible: true }).click();
    await page.locator('.toast').first().waitFor();
  }
  await page.goto(`${town.url}/cart`);
  await page.locator('[data-cart-checkout]').click();
  await page.waitForURL(/\/orders\/new\?from=cart/);
  await fillReceiver(page.locator('[data-order-form]'));
  await page.locator('[data-order-form] .buy').click();
  await page.waitForURL(/\/(cashier|orders)\/\d+$/);
  if (items.length === 1) await page.click('form[action$="/pay"] button');
  await page.waitForURL(/\/cashier\/\d+$/);
  return Number(/\d+$/.exec(page.url())[0]);
}

test('a code that is scanned pays both makers of a cart', async () => {
  const buyer = await visitor(browser, { viewport: LAPTOP });
  const page = await buyer.page();
  await logIn(page, town, 'buyer');
  const first = await orderFromCart(page, goods);
  await page.click('.ways form:has([value="wechat:native"]) button');
  await page.locator('.scan svg').waitFor();
  await assertSound(page);
  const number = /^weixin:\/\/wxpay\/bizpayurl\?pr=(\w+)$/.exec(await scan(page.locator('.scan svg')))[1];
  assert.match(number, /^P\d+$/, 'of the whole');
  await order(`wechat/pay?number=${number}`);
  const url = encodeURIComponent(`${town.url}/pay/notices/wechat`);
  assert.equal((await order(`wechat/tell_paid?number=${number}&url=${url}`))[0], 200);
  await page.locator('.tick').waitFor(); // by itself
  await assertSound(page);
  for (const id of [first, first + 1]) {
    await page.goto(`${town.url}/orders/${id}`);
    await page.getByText('待发货').or(page.getByText('已付款')).first().waitFor();
  }
  await buyer.close();
  await town.check();
  assert.deepEqual(await order('complaints'), []);
});

test('a phone goes to the provider, pays there and comes back', async () => {
  const buyer = await visitor(browser, {
    viewport: PHONE,
    userAgent: 'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36',
  });
  const page = await buyer.page();
  await logIn(page, town, 'buyer');
  const id = await orderFromCart(page, goods.slice(0, 1));
  await assertSound(page);
  await page.click('.ways form:has([value="alipay:h5"]) button');
  await page.waitForURL(/\/gateway\.do\?/); // by itself
  await page.click('#pay');
  await page.waitForURL(new RegExp(`/cashier/${id}$`));
  await page.locator('.tick').waitFor();
  await assertSound(page);
  await buyer.close();
  await town.check();
  assert.deepEqual(await order('complaints'), []);
});
