// A buyer asks for an invoice on a phone, without scripts as with them; the maker refuses, then issues it
// on a laptop; money goes back, and it is issued anew. What the buyer downloads is what the maker sent.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { LAPTOP, PHONE, launch, visitor } from './lib/browser.mjs';
import { demo, logIn } from './lib/demo.mjs';
import { Person } from './lib/people.mjs';
import { atEnd } from './lib/process.mjs';

let town;
let browser;
let buyer;
let clerk;
let sku; // of the clerk's maker
let order; // that the last invoice is of

before(async () => {
  browser = await launch();
  town = await demo();
  clerk = await new Person(town).login('factory', town.passwords.factory);
  buyer = await new Person(town).login('buyer', town.passwords.buyer);
  const [sold] = (await clerk.get('/factory/orders?state=to_ship')).body.orders;
  ({ sku_id: sku } = (await clerk.get(`/orders/${sold.id}`)).body.order.lines[0]);
});

atEnd(async () => {
  await browser.close();
  await town.stop();
});

// Two pieces, paid.
async function buys(key) {
  const wish = { sku: String(sku), quantity: '2', name: '阿棉', phone: '13800000000', address: '浙江省宁波市青石弄 8 号' };
  const made = await buyer.post('/orders', wish, { 'idempotency-key': key });
  assert.equal(made.status, 201, made.text);
  assert.equal((await buyer.post(`/cashier/${made.body.order.id}`)).status, 200);
  return made.body.order.id;
}

const says = async (page, text) => page.locator('main').getByText(text).first().waitFor();
const paper = (n) => Buffer.from(`%PDF-1.4\n% ${n}\n%%EOF\n`);
const issue = async (page, number, n) => {
  await page.fill('#number', number);
  await page.setInputFiles('#pdf', { name: '发票.pdf', mimeType: 'application/pdf', buffer: paper(n) });
  await page.locator('form[action$="/issue"] button').click();
};

async function downloaded(page, link) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.locator(link).first().click()]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

for (const javaScriptEnabled of [true, false])
  test(`from the question to the file ${javaScriptEnabled ? 'with' : 'without'} scripts`, async () => {
    order = await buys(`invoice-${javaScriptEnabled}`);
    const options = { javaScriptEnabled, acceptDownloads: true };
    const phone = await (await visitor(browser, { viewport: PHONE, ...options })).page();
    const desk = await (await visitor(browser, { viewport: LAPTOP, ...options })).page();
    await logIn(phone, town, 'buyer', `/orders/${order}`);
    await phone.locator(`a[href="/orders/${order}/invoice"]`).click();
    assert.ok(javaScriptEnabled === false || !(await phone.locator('#tax').isVisible())); // a person has none
    await phone.locator('label:has([value="company"])').click();
    await phone.fill('#title', '青石弄小学');
    await phone.fill('#tax', '1233 0282');
    await phone.locator('main form .wide').click();
    await says(phone, '税号不对');
    assert.equal(await phone.inputValue('#title'), '青石弄小学'); // what was typed stays
    await phone.fill('#tax', '1233 0282 4198 7654 3k');
    await phone.locator('main form .wide').click();
    await phone.waitForURL(/\/invoices\/\d+$/);
    const { pathname } = new URL(phone.url());

    await logIn(desk, town, 'factory', '/console');
    await desk.locator('a[href="/factory/invoices"]').last().click();
    await desk.locator(`a[href="${pathname}"]`).click();
    assert.equal(await desk.locator('main').getByText('青石弄小学').count(), 0);
    await desk.locator('form[action$="/open"] button').click();
    await says(desk, '12330282419876543K');
    await desk.locator('summary').filter({ hasText: '拒绝开票' }).click();
    await desk.fill('#reason', '请写全称。');
    await desk.locator('form[action$="/refuse"] button').click();

    await phone.reload();
    await says(phone, '请写全称。');
    await phone.locator(`main a.button[href="/orders/${order}/invoice"]`).click();
    assert.equal(await phone.inputValue('#tax'), '12330282419876543K'); // to be corrected, not typed anew
    await phone.fill('#title', '宁波市青石弄小学');
    await phone.locator('main form .wide').click();
    await phone.waitForURL(/\/invoices\/\d+$/);
    assert.equal(new URL(phone.url()).pathname, pathname);

    await desk.reload();
    assert.equal(await desk.locator('main').getByText('宁波市青石弄小学').count(), 0); // another title, another opening
    await desk.locator('form[action$="/open"] button').click();
    await says(desk, '宁波市青石弄小学');
    await issue(desk, '123', 1);
    await says(desk, '发票号码是 8 位或 20 位数字');
    await issue(desk, `2633200000001234567${Number(javaScriptEnabled)}`, Number(javaScriptEnabled));
    await says(desk, '已开票');
    assert.equal(await desk.locator('main').getByText('宁波市青石弄小学').count(), 0);

    await phone.goto(`${town.url}/orders/${order}`);
    const file = await downloaded(phone, 'a[href*="/papers/"]');
    assert.equal(file.name, `invoice-2633200000001234567${Number(javaScriptEnabled)}.pdf`);
    assert.deepEqual(file.bytes, paper(Number(javaScriptEnabled)));
    await phone.context().close();
    await desk.context().close();
  });

test('money goes back, and it is issued anew', async () => {
  const { invoice, total } = (await buyer.get(`/orders/${order}`)).body.order;
  const asked = await buyer.post(`/orders/${order}/claims`, { kind: 'refund', reason: 'late', 'pieces-1': '1' }, { 'idempotency-key': 'invoice-claim' });
  assert.equal(asked.status, 201, asked.text);
  assert.equal((await clerk.post(`/claims/${asked.body.claim.id}/refund`)).status, 200);

  const guest = await visitor(browser, { viewport: LAPTOP, acceptDownloads: true });
  const desk = await guest.page();
  await logIn(desk, town, 'factory', `/invoices/${invoice.id}`);
  await says(desk, '待重开');
  await says(desk, '请先红冲原发票');
  assert.ok((await desk.locator('form[action$="/issue"] button').innerText()).includes(`¥${total.fen / 200}`));
  await issue(desk, '26332000000012345679', 9);
  await says(desk, '已作废'); // the former one, which stays
  const { papers } = (await buyer.get(`/invoices/${invoice.id}`)).body.invoice;
  assert.deepEqual(papers.map((p) => p.amount.fen), [total.fen / 2, total.fen]);
  assert.deepEqual(guest.unexpected(), []);
  await town.check();
});
