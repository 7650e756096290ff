// Drafting a reply in a browser: a typed number is warned of, a figure is inserted by search, and two people write at once.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { PHONE, assertFits, axe, launch, visitor } from './lib/browser.mjs';
import { demo, logIn } from './lib/demo.mjs';
import { atEnd } from './lib/process.mjs';

let town;
let browser;
let draft; // path of one that may be written

before(async () => {
  browser = await launch();
  town = await demo();
});

atEnd(async () => {
  await browser.close();
  await town.stop();
});

const area = (page) => page.locator('#text');
const found = (page) => page.locator('[data-look-found]');

async function writer(options) {
  const who = await visitor(browser, options);
  const page = await who.page();
  await logIn(page, town, 'bureau', '/suggestions');
  if (!draft) {
    const response = await page.request.get(`${town.url}/suggestions`, { headers: { accept: 'application/json' } });
    const { suggestions } = await response.json();
    const one = suggestions.find((s) => s.state === 'drafting');
    assert.ok(one, 'the demo has one that is drafted');
    draft = `/suggestions/${one.id}/draft`;
  }
  await page.goto(town.url + draft);
  return { who, page };
}

async function save(page) {
  await Promise.all([
    page.waitForResponse((r) => r.request().method() === 'POST' && r.url().endsWith('/draft')),
    page.click('.draft-bar .button.primary'),
  ]);
  await page.waitForLoadState('load');
}

test('a typed number is warned of until a figure takes its place', async () => {
  const { who, page } = await writer();
  const { value } = await (await page.request.get(`${town.url}/figures/products`, { headers: { accept: 'application/json' } })).json();
  await area(page).fill(`优品馆现有${value}款产品。另拨付987654万元。`);
  const warning = found(page).locator('li', { hasText: '987654万元' });
  await warning.getByText('没有数据与它相符').waitFor();
  const suggested = found(page).locator('li', { hasText: `${value}款产品` }).getByRole('button', { name: '在馆产品' });
  await suggested.click();
  assert.match(await area(page).inputValue(), new RegExp(`现有\\[\\[products\\|${value}款产品\\]\\]。另`));
  await found(page).getByText(`现在是 ${value}款产品`).waitFor();
  await area(page).fill(`优品馆现有[[products|${value + 1}款产品]]。`);
  await found(page).getByText('写出的数站不住').waitFor();
  assert.equal(await warning.count(), 0);
  await area(page).fill(`优品馆现有[[products|${value}款产品]]。`);
  await found(page).getByText('引用的数据都站得住').waitFor();
  await axe(page);
  await who.close();
});

test('a figure is found by a key and put where the caret stands', async () => {
  const { who, page } = await writer({ viewport: PHONE });
  await area(page).fill('现有厂商，面积');
  await area(page).evaluate((e) => e.setSelectionRange(2, 2));
  await page.keyboard.press('Control+k');
  await page.fill('#figure-q', '厂商');
  await page.locator('[data-figure-list] button').first().waitFor();
  await page.locator('#figure-q').press('Enter');
  const text = await area(page).inputValue();
  assert.match(text, /^现有\[\[\w+\|\d+家厂商\]\]厂商，面积$/);
  await area(page).evaluate((e) => e.setSelectionRange(e.value.length, e.value.length));
  await area(page).pressSequentially('[[');
  await page.locator('[data-figure-find][open]').waitFor();
  await page.fill('#figure-q', '在馆产品');
  await page.locator('[data-figure-list] button').first().click();
  assert.match(await area(page).inputValue(), /面积\[\[products\|\d+款产品\]\]$/);
  const link = found(page).locator('[data-evidence]').first();
  await link.click();
  await page.locator('[data-evidence-rows] li').first().waitFor();
  await page.keyboard.press('Escape');
  await assertFits(page);
  await who.close();
});

test('two people at once: the second save shows both, and what both changed is chosen', async () => {
  const first = await writer();
  await area(first.page).fill('第一段。\n第二段。\n第三段。');
  await save(first.page);
  const second = await writer();
  await area(first.page).fill('第一段改。\n第二段。\n第三段改成甲。');
  await save(first.page);
  await area(second.page).fill('第一段。\n第二段也改。\n第三段改成乙。');
  await save(second.page);
  await second.page.getByText('两个人同时改了').waitFor();
  assert.equal(await area(second.page).inputValue(),
    '第一段改。\n第二段也改。\n〖对方改成〗\n第三段改成甲。\n〖我改成〗\n第三段改成乙。\n〖以上请择一〗');
  await save(second.page);
  await second.page.getByText('还有以“〖”开头的冲突标记').waitFor();
  await area(second.page).fill('第一段改。\n第二段也改。\n第三段改成乙。');
  await save(second.page);
  await second.page.goto(town.url + draft);
  assert.equal(await area(second.page).inputValue(), '第一段改。\n第二段也改。\n第三段改成乙。');
  second.who.allowed.push(/status of 409/, /status of 422/); // both refusals are the point
  await second.page.getByRole('link', { name: '改了什么' }).first().click();
  await second.page.locator('.draft-diff ins').first().waitFor();
  await first.who.close();
  await second.who.close();
});

test('without scripts the form looks and saves', async () => {
  const { who, page } = await writer({ javaScriptEnabled: false });
  await area(page).fill('拨付987654万元。');
  await page.click('[data-look-button]');
  await found(page).getByText('没有数据与它相符').waitFor();
  assert.equal(await area(page).inputValue(), '拨付987654万元。');
  await page.click('.draft-bar .button.primary');
  await page.waitForURL((url) => url.pathname === draft);
  assert.equal(await area(page).inputValue(), '拨付987654万元。');
  await who.close();
});
