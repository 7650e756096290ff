// A buyer sends one of two items back on a phone, from the order to the money; the maker answers on a
// laptop; what they cannot settle the base decides. All books agree afterwards.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { LAPTOP, PHONE, launch, visitor } from './lib/browser.mjs';
import { demo, logIn } from './lib/demo.mjs';
import { ffmpeg } from './lib/encoders.mjs';
import { Person } from './lib/people.mjs';
import { atEnd } from './lib/process.mjs';
import { until } from './lib/until.mjs';

let town;
let browser;
let encoder;
let orders; // of two pieces each, bought in the live show, that the buyer has received
let price;
let office;

before(async () => {
  browser = await launch();
  town = await demo();
  encoder = ffmpeg(town.publishUrl); // the show is live, and its prices hold, while this publishes
  const clerk = await new Person(town).login('factory', town.passwords.factory);
  const buyer = await new Person(town).login('buyer', town.passwords.buyer);
  office = await new Person(town).login('operator', town.passwords.operator);
  await town.log(/live\.published .*stream=show-/);
  await until('the show is live', async () => {
    const { body } = await buyer.get(`/shows/${town.show}`);
    return body.show.status === 'live';
  });
  orders = [];
  for (const { sku_id: sku, price: asked, left } of (await buyer.get(`/shows/${town.show}`)).body.items) {
    if (left < 8 || orders.length === 2) continue;
    price = asked.fen;
    while (orders.length < 2) {
      const wish = { sku: String(sku), quantity: '2', show: String(town.show), name: '阿棉', phone: '13800000000',
        address: '浙江省宁波市青石弄 8 号' };
      const made = await buyer.post('/orders', wish, { 'idempotency-key': `claim-${sku}-${orders.length}` });
      if (made.status !== 201) break;
      const { id } = made.body.order;
      assert.equal((await buyer.post(`/cashier/${id}`)).status, 200);
      const sent = await clerk.post('/factory/shipping/send', { order: String(id), carrier: 'other', number: `WAY-${id}` });
      if (sent.status === 409) break; // another maker's
      assert.equal(sent.status, 200, JSON.stringify(sent.body));
      assert.equal((await buyer.post(`/orders/${id}/receive`)).status, 200);
      orders.push(id);
    }
  }
  assert.equal(orders.length, 2);
});

atEnd(async () => {
  await browser.close();
  await encoder.kill('SIGTERM');
  await town.stop();
});

// Where the order's money lies, by account, once everything that was instructed is done.
const lies = (order) => until('all is carried out', async () => {
  const { body } = await office.get(`/orders/${order}/money`);
  if (body.purses.some((p) => p.coming.fen) || body.steps.some((step) => !step.is_over)) return null;
  return Object.fromEntries(body.purses.map((p) => [p.account, p.fen.fen]));
});

// What the order did to a party's purses, by its statement of this month.
async function stated(party, order) {
  const month = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 7); // the town's
  let sum = 0;
  for (let next = 0; next !== null;) {
    const { status, body, text } = await office.get(`/settle/statements/${party}/${month}${next ? `?after=${next}` : ''}`);
    assert.equal(status, 200, text);
    for (const o of body.orders) if (o.order === order) sum += o.change.total.fen;
    next = body.next;
  }
  return sum;
}

async function statementsAgree(order) {
  const purses = Object.entries(await lies(order)).filter(([account]) => account !== 'outside');
  for (const party of new Set(purses.map(([account]) => account.replace(/^(frozen|free|got):/, '')))) {
    const fen = purses.filter(([account]) => account.endsWith(`:${party}`)).reduce((n, [, f]) => n + f, 0);
    assert.equal(await stated(party, order), fen, party);
  }
}

const yes = (page) => page.locator('[data-answer-yes]').click();
const says = async (page, text) => page.locator('main').getByText(text).first().waitFor();

test('one of two pieces is sent back, its shares are returned and its money too', async () => {
  const before = await lies(orders[0]);
  const shares = Object.keys(before).filter((account) => account.startsWith('got:'));
  assert.ok(shares.length === 3, JSON.stringify(before)); // the host's, its agency's, the base's
  await statementsAgree(orders[0]);
  const phone = await (await visitor(browser, { viewport: PHONE })).page();
  await logIn(phone, town, 'buyer', `/orders/${orders[0]}`);
  await phone.locator('a[href$="/claims/new"]').click();
  const worth = phone.locator('[data-sum]');
  await phone.locator('.stepper button').last().click();
  assert.equal(await phone.inputValue('input[name="pieces-1"]'), '2');
  assert.equal(await worth.innerText(), `¥${(price * 2) / 100}`);
  await phone.locator('.stepper button').first().click();
  assert.equal(await worth.innerText(), `¥${price / 100}`);
  await phone.locator('label:has([value="refund"])').click();
  await phone.fill('#amount', '1'); // asked for only where nothing comes back
  await phone.locator('label:has([value="return"])').click();
  assert.equal(await phone.locator('#amount').isVisible(), false);
  await phone.selectOption('#reason', 'quality');
  await phone.fill('#text', '壶盖合不上。');
  await phone.locator('main form .wide').click();
  await phone.waitForURL(/\/claims\/\d+$/);
  const claim = new URL(phone.url()).pathname;
  await says(phone, '等厂商答复');

  const desk = await (await visitor(browser, { viewport: LAPTOP })).page();
  await logIn(desk, town, 'factory', '/console');
  await desk.locator(`a[href="${claim}"]`).click();
  await says(desk, '壶盖合不上。');
  await desk.fill('#agree-text', '慈溪市窑湖路 6 号，青禾，13800000001');
  await desk.locator('form[action$="/agree"] button').click();
  await says(desk, '等买家寄回');

  await phone.goto(`${town.url}/orders`);
  await phone.getByText('退货退款 · 请寄回商品').click();
  await says(phone, '窑湖路 6 号');
  await phone.fill('#back-carrier', '青瓷速运');
  await phone.fill('#back-number', 'BACK-0001');
  await phone.locator('form[action$="/send_back"] button').click();
  await says(phone, '等厂商收货');

  await desk.reload();
  await says(desk, 'BACK-0001');
  await desk.locator('[name="is_for_sale"]').first().check();
  await desk.locator('form[action$="/refund"] button').click();
  await yes(desk);
  await says(desk, '已完成');

  await phone.goto(`${town.url}/claims`);
  await says(phone, '已完成');
  await phone.goto(`${town.url}/orders/${orders[0]}`);
  const text = (await phone.locator('main').innerText()).replaceAll(',', '');
  assert.ok(text.includes(`−¥${price / 100}`), text);
  const after = await lies(orders[0]);
  const sum = (purses) => Object.values(purses).reduce((n, fen) => n + fen, 0);
  assert.equal(sum(after), sum(before) - price);
  for (const account of shares)
    assert.ok(Math.abs(after[account] - before[account] / 2) <= 1, `${account} ${after[account]} of ${before[account]}`);
  await statementsAgree(orders[0]);
  await town.check();
});

test('what the two cannot settle, the base decides', async () => {
  const phone = await (await visitor(browser, { viewport: PHONE })).page();
  await logIn(phone, town, 'buyer', `/orders/${orders[1]}/claims/new`);
  await phone.locator('input[name="pieces-1"]').evaluate((input) => { input.value = '3'; });
  await phone.locator('main form').evaluate((f) => { f.noValidate = true; });
  await phone.locator('main form .wide').click();
  await says(phone, '最多还能申请 2 件'); // and what was typed is still there
  assert.equal(await phone.inputValue('input[name="pieces-1"]'), '3');
  await phone.locator('input[name="pieces-1"]').fill('1');
  await phone.locator('label:has([value="refund"])').click();
  await phone.selectOption('#reason', 'damaged');
  await phone.locator('main form .wide').click();
  await phone.waitForURL(/\/claims\/\d+$/);
  const claim = new URL(phone.url()).pathname;

  const desk = await (await visitor(browser, { viewport: LAPTOP })).page();
  await logIn(desk, town, 'factory', claim);
  await desk.locator('main summary').click();
  await desk.fill('#refuse-text', '照片看不出问题。');
  await desk.locator('form[action$="/refuse"] button').click();
  await says(desk, '厂商已拒绝');

  await phone.reload();
  await phone.fill('#dispute-text', '底座裂了。');
  await phone.locator('form[action$="/dispute"] button').click();
  await says(phone, '平台处理中');

  const base = await (await visitor(browser, { viewport: LAPTOP })).page();
  await logIn(base, town, 'operator', '/claims/desk');
  await base.locator(`a[href="${claim}"]`).click();
  await says(base, '底座裂了。');
  await base.fill('#decide-amount', '20.50');
  await base.fill('#decide-text', '各让一步。');
  await base.locator('form[action$="/decide"] button').click();
  await yes(base);
  await says(base, '¥20.50');
  await phone.reload();
  await says(phone, '已完成');
  await town.check();
});
