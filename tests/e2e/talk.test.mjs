// A buyer on a phone and a maker on a laptop write to each other about an order: what comes appears by
// itself, what was looked at is no longer new, and it works without scripts too.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { LAPTOP, PHONE, assertFits, launch, visitor } from './lib/browser.mjs';
import { demo, logIn } from './lib/demo.mjs';
import { Person } from './lib/people.mjs';
import { atEnd } from './lib/process.mjs';
import { until } from './lib/until.mjs';

let town;
let browser;
let buyer;
let clerk;
let order; // the maker has answered, and the buyer has not seen it

before(async () => {
  browser = await launch();
  town = await demo();
  buyer = await new Person(town).login('buyer', town.passwords.buyer);
  clerk = await new Person(town).login('factory', town.passwords.factory);
  order = (await buyer.get('/orders')).body.orders.find((o) => o.unread > 0).id;
});

atEnd(async () => {
  await browser.close();
  await town.stop();
});

const badge = (page) => page.locator('.dock .new');
const bubbles = (page) => page.locator('[data-words] p').allInnerTexts();
const unread = async (person) => (await person.get(`/orders/${order}/talk`)).body.unread;

test('what is new is counted on every page until it is looked at', async () => {
  const phone = await (await visitor(browser, { viewport: PHONE })).page();
  await logIn(phone, town, 'buyer', '/');
  assert.match(await badge(phone).innerText(), /^1/);
  await phone.goto(`${town.url}/orders`);
  await phone.locator(`a[href^="/orders/${order}/talk"]`).click();
  await phone.locator('.is-new').waitFor();
  await until('it is seen', async () => (await unread(buyer)) === 0);
  await until('the badge is gone', async () => (await badge(phone).count()) === 0);
  await assertFits(phone);
});

test('the two write to each other, and each sees it come', async () => {
  const phone = await (await visitor(browser, { viewport: PHONE })).page();
  const desk = await (await visitor(browser, { viewport: LAPTOP })).page();
  await logIn(phone, town, 'buyer', `/orders/${order}/talk`);
  await logIn(desk, town, 'factory', `/orders/${order}`); // on the order's own page
  await phone.fill('textarea[name="text"]', '箱子上能写易碎吗？');
  await phone.locator('.chat-say button').click();
  await phone.waitForURL(/\/talk#end$/);
  assert.equal((await bubbles(phone)).at(-1), '箱子上能写易碎吗？');
  await desk.locator('[data-words]').getByText('箱子上能写易碎吗？').waitFor();
  assert.equal(await unread(clerk), 1); // it stands further down
  await desk.locator('[data-words] li').last().scrollIntoViewIfNeeded();
  await until('the maker has seen it', async () => (await unread(clerk)) === 0);
  await phone.fill('textarea[name="text"]', '还没写完'); // what comes does not take what is being written
  await desk.fill('textarea[name="text"]', '可以，已经贴好了。');
  await desk.locator('textarea[name="text"]').press('Enter');
  await desk.waitForURL(/\/orders\/\d+#talk$/);
  await phone.locator('[data-words]').getByText('可以，已经贴好了。').waitFor();
  assert.equal(await phone.inputValue('textarea[name="text"]'), '还没写完');
  assert.match(await phone.locator('[data-words] .is-right').last().innerText(), /已读/);
  assert.deepEqual((await bubbles(desk)).slice(-2), ['箱子上能写易碎吗？', '可以，已经贴好了。']);
  await desk.close(); // or it goes on reading
});

test('what comes is in view at the end, and who reads above is left there', async () => {
  for (const n of [1, 2, 3])
    await buyer.post(`/orders/${order}/talk`, { text: '长'.repeat(480) }, { 'idempotency-key': `read-above-${n}` });
  const phone = await (await visitor(browser, { viewport: PHONE })).page();
  await logIn(phone, town, 'buyer', `/orders/${order}/talk`);
  await clerk.post(`/orders/${order}/talk`, { text: '都记下了。', seen: '1' }, { 'idempotency-key': 'read-above-answer' });
  const answer = phone.locator('[data-words]').getByText('都记下了。');
  await answer.waitFor();
  const foot = async (part) => part.evaluate((element) => element.getBoundingClientRect().bottom);
  assert.ok((await foot(answer)) < (await phone.locator('.chat-say').boundingBox()).y, 'it hides below');
  await phone.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
  assert.match(await phone.locator('[data-words] .is-right').last().innerText(), /未读/);
  const { last } = (await clerk.get(`/orders/${order}/talk`)).body;
  await clerk.post(`/orders/${order}/talk/seen`, { seen: String(last) });
  await phone.locator('[data-words] .is-right').last().getByText('已读').waitFor();
  assert.equal(await phone.evaluate(() => scrollY), 0);
});

test('without scripts it is written, and marked as read by a button', async () => {
  const page = await (await visitor(browser, { viewport: PHONE, javaScriptEnabled: false })).page();
  await logIn(page, town, 'buyer', `/orders/${order}/talk`);
  await clerk.post(`/orders/${order}/talk`, { text: '还有什么需要吗？' }, { 'idempotency-key': 'without-scripts' });
  await page.reload();
  assert.equal(await unread(buyer), 1);
  await page.locator('form[action$="/talk/seen"] button').click();
  await page.waitForURL(/\/talk#end$/);
  assert.equal(await unread(buyer), 0);
  await page.fill('textarea[name="text"]', '没有了，谢谢。');
  await page.locator('.chat-say button').click();
  await page.waitForURL(/\/talk#end$/);
  assert.equal((await bubbles(page)).at(-1), '没有了，谢谢。');
  await town.check();
});
