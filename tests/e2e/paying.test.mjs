// Paying in a browser: the cashier on a phone, with scripts and without them; a bank transfer that the
// base confirms at its desk; both languages, light and dark, nothing beyond the window.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LAPTOP, PHONE, assertFits, axe, launch, visitor } from './lib/browser.mjs';
import { demo, logIn } from './lib/demo.mjs';
import { Person } from './lib/people.mjs';

let browser, town;
before(async () => {
  [browser, town] = await Promise.all([launch(), demo()]);
});
after(async () => {
  await browser?.close();
  await town?.stop();
});

async function assertSound(page) {
  assert.deepEqual(await axe(page), [], page.url());
  await assertFits(page);
}

// An order of something that the hall has, of the buyer who is logged in.
async function order() {
  const buyer = await new Person(town).login('buyer', town.passwords.buyer);
  const { products } = (await buyer.get('/hall?left=1')).body;
  for (const { slug } of products) {
    const { skus } = (await buyer.get(`/hall/products/${slug}`)).body;
    const sku = skus.find((s) => s.stock > 0);
    if (!sku) continue;
    const wish = { sku: String(sku.id), quantity: '1', name: '阿棉', phone: '13800000000', address: '浙江省宁波市青石弄 8 号' };
    const { status, body } = await buyer.post('/orders', wish, { 'idempotency-key': `pay-${Math.random()}` });
    if (status === 201) return body.order.id;
  }
  throw new Error('nothing can be had');
}

async function factoryOf(page, id) {
  const response = await page.request.get(`${town.url}/cashier/${id}`, { headers: { Accept: 'application/json' } });
  return (await response.json()).orders[0].factory;
}

test('a transfer is asked for on a phone, confirmed at the desk, and seen as paid', async () => {
  const person = await visitor(browser, { viewport: PHONE });
  const page = await person.page();
  await logIn(page, town, 'buyer');
  const id = await order();
  await page.goto(`${town.url}/orders/${id}`);
  await page.click('form[action$="/pay"] button');
  await page.waitForURL(/\/cashier\/\d+$/);
  await assertSound(page);
  assert.match(await page.locator('[data-countdown]').textContent(), /^\d:\d\d$/, 'the clock runs');
  assert.equal(await page.locator('.ways form').count(), 1, 'the maker has no account at the bank yet');

  const base = await visitor(browser, { viewport: LAPTOP, colorScheme: 'dark', locale: 'en' });
  base.allowed.push(/status of 422/); // an amount that is not what was asked for
  const desk = await base.page();
  await logIn(desk, town, 'operator');
  await desk.goto(`${town.url}/pay/merchants?q=${encodeURIComponent(await factoryOf(page, id))}`);
  await assertSound(desk);
  const party = desk.locator('form.party').first();
  await party.locator('[name="account_bank"]').fill('慈北电器 · 上林银行 · 6222 0000 1234');
  await party.locator('button').click();
  await desk.waitForURL(/\/pay\/merchants/);

  await page.reload();
  await page.click('.ways form:has([value="bank"]) button');
  await page.locator('.transfers').waitFor();
  await assertSound(page);
  assert.match(await page.locator('.transfers').textContent(), new RegExp(`G${id}T1`));

  await desk.goto(`${town.url}/pay/desk`);
  await assertSound(desk);
  const row = desk.locator('#transfers tr', { hasText: `G${id}T1` });
  await row.locator('[name="amount"]').fill('1');
  await row.locator('[name="note"]').fill('B-7');
  await row.locator('button').click();
  await desk.locator('[role="alert"]').waitFor();
  await assertSound(desk);
  const again = desk.locator('#transfers tr', { hasText: `G${id}T1` });
  const amount = (await again.locator('td.number b').textContent()).replace(/[^\d.]/g, '');
  await again.locator('[name="amount"]').fill(amount);
  await again.locator('[name="note"]').fill('B-7');
  await again.locator('button').click();
  await desk.waitForURL(/\/pay\/desk$/);

  await page.locator('.tick').waitFor(); // by itself
  await assertSound(page);
  await desk.goto(`${town.url}/pay/orders/${id}`);
  await assertSound(desk);
  assert.match(await desk.locator('.purses').textContent(), /Frozen/);
  await town.check();
  await person.close();
  await base.close();
});

test('without scripts: one tap pays at the test cashier', async () => {
  const person = await visitor(browser, { viewport: PHONE, javaScriptEnabled: false, colorScheme: 'dark' });
  const page = await person.page();
  await logIn(page, town, 'buyer');
  const id = await order();
  await page.goto(`${town.url}/cashier/${id}`);
  await page.click('.ways .buy');
  await page.waitForURL(new RegExp(`/orders/${id}$`));
  await page.goto(`${town.url}/cashier/${id}`);
  assert.equal(await page.locator('.tick').isVisible(), true);
  await person.close();
});
