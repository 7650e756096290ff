// Order of the house, in browsers: a flagged message is held, let through and then seen by who watches;
// a complaint goes from a phone to its answer; the patrol warns a desk and cuts a show off.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { PHONE, launch, visitor } from './lib/browser.mjs';
import { demo, logIn } from './lib/demo.mjs';
import { ffmpeg } from './lib/encoders.mjs';
import { atEnd } from './lib/process.mjs';
import { until } from './lib/until.mjs';

let town;
let encoder;
let browser;
const people = {}; // name → page

async function enter(name, path, options) {
  const page = await (await visitor(browser, options)).page();
  if (name === 'guest') await page.goto(`${town.url}${path}`);
  else await logIn(page, town, name, path);
  return page;
}

before(async () => {
  browser = await launch();
  town = await demo();
  const from = town.logged;
  encoder = ffmpeg(town.publishUrl);
  await town.log(/live\.published .*stream=show-/, 10_000, from);
  people.host = await enter('host', `/shows/${town.show}/desk`);
  people.buyer = await enter('buyer', `/shows/${town.show}`, { viewport: PHONE });
  people.guest = await enter('guest', `/shows/${town.show}`, { viewport: PHONE });
  people.operator = await enter('operator', '/house/review');
});

atEnd(async () => {
  await browser.close();
  await encoder.kill('SIGTERM');
  await town.stop();
});

const has = (page, selector, text) =>
  until(`"${text}" in ${selector}`, async () => (await page.locator(selector).allTextContents()).join('\n').includes(text));

test('a flagged message is held, let through from the review, and appears where it was said', async () => {
  const { buyer, guest, host, operator } = people;
  const said = '主播有薇信吗';
  await buyer.fill('[data-say] [name="text"]', said);
  await buyer.press('[data-say] [name="text"]', 'Enter');
  await has(host, '[data-held-list]', said);
  await has(operator, '.house-held', said); // the page renews itself
  await has(operator, '.house-held', '微信');
  assert.ok(!(await guest.locator('[data-messages]').textContent()).includes(said), 'nobody reads it yet');
  const row = operator.locator('.house-held li', { hasText: said });
  await row.locator('[value="release"]').click();
  await has(guest, '[data-messages]', said);
  await row.waitFor({ state: 'detached' });
  assert.equal(new URL(operator.url()).pathname, '/house/review');
  await until('the desk has it no more', async () => !(await host.locator('[data-held-list]').textContent()).includes(said));
});

test('a blocked message is refused, and its author is told so', async () => {
  const { buyer, guest } = people;
  await buyer.fill('[data-say] [name="text"]', '加 Ｖ 信 便宜');
  await buyer.press('[data-say] [name="text"]', 'Enter');
  await has(buyer, '[data-toasts]', '不能在这里说');
  assert.ok(!(await guest.locator('[data-messages]').textContent()).includes('便宜'));
});

test('a complaint goes from a phone to its answer', async () => {
  const { guest, operator } = people;
  await guest.click('a.complain');
  assert.equal(await guest.locator('#message').isVisible(), false, 'it is about the show at first');
  await guest.locator('.choices label', { hasText: '某条互动' }).click();
  assert.equal(await guest.locator('#message').isVisible(), true);
  const overflow = await guest.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, 'nothing stands out of a phone');
  await guest.selectOption('#kind', 'outside');
  await guest.fill('#words', '这条互动在拉人加微信。');
  await guest.fill('#contact', 'guest@example.com');
  await guest.click('.house-complain .primary');
  await guest.locator('.house-receipt').waitFor();
  const receipt = guest.url();
  assert.match(receipt, /\/complaints\/\d+\?code=[A-Z0-9]{10}$/);
  const number = receipt.match(/complaints\/(\d+)/)[1];

  await operator.goto(`${town.url}/board`);
  await operator.click(`a[href="/house/complaints/${number}"]`);
  assert.ok(!(await operator.locator('main').textContent()).includes('guest@example.com'), 'the contact is closed');
  await operator.fill('#purpose', '请对方补充截图');
  await operator.click('form[action$="/open"] button');
  await has(operator, 'main', 'guest@example.com');
  await operator.click('button[value="look"]');
  await operator.fill('#words', '这条互动已撤下，并提醒了对方。');
  await operator.click('button[value="answer"]');
  await has(operator, '.house-course', '已撤下');

  await guest.goto(`${town.url}/complaints`); // found again by number and code
  await guest.fill('#number', number);
  await guest.fill('#code', new URL(receipt).searchParams.get('code'));
  await guest.click('main form .primary');
  await has(guest, '.house-course', '这条互动已撤下，并提醒了对方。');
  await guest.click('button[value="close"]');
  await has(guest, 'main', '已结束');
  await guest.goto(`${town.url}/shows/${town.show}`);
});

test('the patrol warns a desk, and cuts a show off with a reason', async () => {
  const { host, operator } = people;
  await operator.goto(`${town.url}/house/patrol`);
  const tile = operator.locator(`.tile[data-key="${town.show}"]`);
  await tile.locator('summary', { hasText: '警告' }).click();
  await tile.locator('[name="words"]').fill('请不要引导站外交易');
  await tile.locator('form[action$="/warn"] button').click();
  await has(host, '[data-warnings]', '请不要引导站外交易');
  await has(operator, '.tile-warning', '中控未读');
  await host.locator('[data-warning] form button').first().click();
  await host.locator('[data-warnings] [data-warning]').waitFor({ state: 'detached' });
  await has(operator, '.tile-warning', '中控已知悉');

  await tile.locator('summary', { hasText: '切断' }).click();
  await tile.locator('[name="why"]').fill('画面里有证件');
  await tile.locator('form:has([name="why"]) button').click();
  await has(host, '.desk-note', '画面里有证件'); // the desk says why
  await operator.locator('.tile.is-cut').waitFor();
  await has(operator, '.patrol-done', '画面里有证件');
  await operator.goto(`${town.url}/house/patrol?wall=1`);
  assert.equal(await operator.locator('.tile-acts').first().isVisible(), false, 'a wall has no buttons');
});
