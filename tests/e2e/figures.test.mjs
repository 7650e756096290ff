// An officer opens a figure of the window and counts the rows behind it; a visitor sees what is public.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { PHONE, launch, visitor } from './lib/browser.mjs';
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

const numberIn = async (locator) => Number((await locator.first().innerText()).replace(/\D/g, ''));

test('from the window to the last row: the rows are as many as the number says', async () => {
  const guest = await visitor(browser);
  const page = await guest.page();
  await page.goto(`${town.url}/`);
  const target = page.locator('.targets li', { hasText: '在馆厂商' });
  const shown = await numberIn(target.locator('.amount'));
  await target.locator('a').click();
  await page.waitForURL(/\/figures\/factories$/);
  assert.equal(await numberIn(page.locator('.figure-now .amount')), shown);
  let counted = 0;
  for (;;) {
    const rows = page.locator('.rows tbody tr');
    counted += await rows.count();
    // The running number of the last row is how many there were so far.
    assert.equal(await numberIn(rows.last().locator('td')), counted);
    const next = page.locator('.pager a[rel="next"]');
    if (!(await next.count())) break;
    const before = page.url();
    await next.click();
    await page.waitForURL((url) => url.href !== before);
  }
  assert.equal(counted, shown);
  await page.locator('.rows tbody a').last().click();
  await page.waitForURL(/\/hall\/factories\//);
  await guest.close();
});

test('an officer looks at a past day, checks a quotation, and records a value', async () => {
  const officer = await visitor(browser, { viewport: PHONE });
  const page = await officer.page();
  await logIn(page, town, 'operator', '/figures/turnover');
  const amount = page.locator('.figure-now .amount');
  assert.match(await amount.innerText(), /^\d+\.\d+$/);
  assert.match(await amount.getAttribute('title'), /^[\d,]+(\.\d+)? 元$/);
  assert.equal(await page.locator('.chart svg .line').count(), 1);
  await page.fill('#quote', '3000万以上');
  await page.locator('#quote').press('Enter');
  await page.getByText('站不住').waitFor();
  await page.fill('#as_of', '2020-01-01');
  await page.click('form.as-of:has(#as_of) button');
  await page.getByText('更早的没有依据').waitFor();

  await page.goto(`${town.url}/figures/base_area`);
  await page.getByText('登记新的数值').click();
  await page.fill('#number', '约6000');
  await page.fill('#holds_from', '2026-05-01');
  await page.fill('#source', '复测报告');
  await page.setInputFiles('#scan', { name: '复测.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-') });
  officer.allowed.push(/status of 422/);
  await page.click('form[action$="/values"] button');
  await page.locator('[role="alert"]').waitFor();
  assert.equal(await page.inputValue('#source'), '复测报告', 'what was typed stays');
  await page.fill('#number', '6,120');
  await page.setInputFiles('#scan', { name: '复测.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-') });
  await page.click('form[action$="/values"] button');
  await page.getByText('复测.pdf').waitFor();
  assert.equal(await amount.innerText(), '6,120');
  await officer.close();
});
