// The base signs a contract, an agency asks, and its host decides on a phone, without JavaScript: one agency at a time, and
// what was ended is gone from the agency's pages at once. Numbers of a campaign open to the shows behind them.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { LAPTOP, PHONE, assertFits, axe, launch, visitor } from './lib/browser.mjs';
import { demo, logIn } from './lib/demo.mjs';
import { atEnd } from './lib/process.mjs';

let town;
let browser;

before(async () => {
  browser = await launch();
  town = await demo();
});

atEnd(async () => {
  await browser.close();
  await town.stop();
});

const sent = (page, click) => Promise.all([page.waitForNavigation(), click()]);

async function enter(login, next, options) {
  const page = await (await visitor(browser, options)).page();
  await logIn(page, town, login);
  await page.goto(`${town.url}${next}`);
  return page;
}

const card = (page, name) => page.locator('section.card', { hasText: name });

test('the base signs a contract that waits on its board', async () => {
  const page = await enter('operator', '/board', { viewport: LAPTOP });
  await sent(page, () => page.click('a:has-text("晚风内容社")'));
  await page.locator('.agency-contract .chip', { hasText: '草拟' }).waitFor();
  await sent(page, () => page.click('.agency-contract details[open] button'));
  await page.locator('.agency-contract .chip', { hasText: '已签，待生效' }).waitFor();
  await page.locator('.log', { hasText: '签订' }).waitFor();
  await axe(page);
  await page.context().close();
});

test('a host decides on a phone, without JavaScript, and the agency sees what it may', async () => {
  const phone = await enter('host', '/roster', { viewport: PHONE, javaScriptEnabled: false });
  const agency = await enter('agency', '/agency', { viewport: LAPTOP });
  await agency.locator('.agency-list', { hasText: '苏禾' }).first().waitFor();
  // Another agency asks: not before the first one has been ended.
  await sent(phone, () => card(phone, '半盏传媒').locator('button.primary').click());
  await phone.locator('[role="alert"]', { hasText: '请先解除' }).waitFor();
  await assertFits(phone);
  await card(phone, '青岚直播').locator('summary', { hasText: '解除' }).click();
  await sent(phone, () => card(phone, '青岚直播').locator('button.danger').click());
  await sent(phone, () => card(phone, '半盏传媒').locator('button.primary').click());
  await card(phone, '半盏传媒').locator('.chip', { hasText: '已签约' }).waitFor();
  await agency.reload();
  assert.equal(await agency.locator('.agency-list', { hasText: '苏禾' }).count(), 0);
  await sent(agency, () => agency.click('a[href$="/calendar"]'));
  assert.equal(await agency.locator('.agency-week ul li').count(), 0);
  // Asked again, it is as if nobody had that login.
  for (const login of ['host', 'nobody-at-all']) {
    await agency.goto(`${town.url}/agency`);
    await agency.fill('#login', login);
    await sent(agency, () => agency.click('form[action$="/hosts"] button.primary'));
    await agency.locator('[role="alert"]', { hasText: '无法向该登录名发出邀请' }).waitFor();
  }
  await phone.context().close();
  await agency.context().close();
});

test("a campaign's number opens to the shows behind it", async () => {
  const page = await enter('agency', '/agencies/1/campaigns/1', { viewport: LAPTOP, locale: 'en' });
  const sold = await page.locator('.agency-sums data.amount').first().getAttribute('value');
  assert.ok(Number(sold) > 0);
  await sent(page, () => page.locator('.agency-sums a').first().click());
  assert.equal(await page.locator('main data.amount').first().getAttribute('value'), sold);
  const shows = await page.locator('main table a[href^="/shows/"]').count();
  assert.ok(shows > 0, 'the evidence leads to shows');
  await page.context().close();
});
