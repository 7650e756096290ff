// A factory's people register it, the base returns and approves it, two of its people edit at once,
// and the base opens a contact for a purpose.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { PHONE, launch, visitor } from './lib/browser.mjs';
import { demo, logIn } from './lib/demo.mjs';
import { Person } from './lib/people.mjs';
import { atEnd } from './lib/process.mjs';

let town;
let browser;
const CODE = '91350100M000100Y43';
const PASSWORD = 'a long enough password';

before(async () => {
  browser = await launch();
  town = await demo();
  for (const login of ['founder', 'helper']) {
    await new Person(town).register(login);
    town.passwords[login] = PASSWORD;
  }
});

atEnd(async () => {
  await browser.close();
  await town.stop();
});

async function open(login, path, options) {
  const who = await visitor(browser, options);
  const page = await who.page();
  await logIn(page, town, login, path);
  return { who, page };
}

const state = (page) => page.locator('.page-head .chip').innerText();

test('from registration through a return to the hall', async () => {
  const { who, page } = await open('founder', '/factories/register', { viewport: PHONE });
  await page.fill('#f-name_zh', '新禾电器厂');
  await page.fill('#f-name_en', 'Xinhe Works');
  await page.fill('#f-code', CODE.replace('Y43', 'Y34'));
  await page.locator('#f-code').blur();
  await page.locator('#n-code').getByText('校验码').waitFor();
  await page.fill('#f-code', `${CODE.slice(0, 9)} ${CODE.slice(9).toLowerCase()}`);
  await page.locator('#f-code').blur();
  await page.locator('#f-code[aria-invalid="false"]').waitFor();
  await page.click('.factory-form button');
  await page.waitForURL(/\/factory$/);
  assert.equal(await state(page), '填写中');
  await page.getByText('提交审核前还要补').waitFor();
  who.allowed.push(/status of 422/);
  await page.getByRole('button', { name: '提交审核' }).click();
  await page.locator('[role="alert"]').waitFor();

  await page.goto(`${town.url}/factory/edit`);
  await page.fill('#f-about_zh', '电水壶和电饭煲');
  await page.fill('#f-about_en', 'Kettles and rice cookers');
  await page.fill('#f-address', '三号路 5 号');
  await page.fill('#f-contact', '周新禾');
  await page.fill('#f-phone', '13812345678');
  await page.setInputFiles('#f-scan', { name: '执照.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4') });
  await page.click('.factory-form button');
  await page.waitForURL(/\/factory$/);
  await page.getByText('138****5678').first().waitFor();
  assert.ok(!(await page.content()).includes('13812345678'));
  await page.getByRole('button', { name: '提交审核' }).click();
  await page.getByText('已提交').waitFor();

  const office = await open('operator', '/factories');
  await office.page.getByRole('link', { name: '新禾电器厂' }).click();
  await office.page.waitForURL(/\/factories\/\d+$/);
  const address = office.page.url();
  await office.page.getByText('退回…').first().click();
  await office.page.fill('#note-return', '执照看不清');
  await office.page.getByRole('button', { name: '退回…' }).click();
  await page.reload();
  await page.getByText('执照看不清').first().waitFor();
  await page.getByRole('button', { name: '提交审核' }).click();
  await page.getByText('已提交').waitFor();
  await office.page.goto(address);
  await office.page.getByRole('button', { name: '通过', exact: true }).click();
  await office.page.locator('.page-head .chip', { hasText: '已通过' }).waitFor();

  await office.page.fill('#purpose', '约看样品');
  await office.page.getByRole('button', { name: '查看' }).click();
  await office.page.getByText('13812345678').waitFor();
  await office.page.goto(address);
  assert.ok(!(await office.page.content()).includes('13812345678'), 'shown once');
  await page.reload();
  await page.getByText('约看样品').waitFor();
  await page.getByText('在优品馆的主页').click();
  await page.waitForURL(/\/hall\/factories\/xinhe-works$/);
  await page.getByText(CODE).waitFor();
  await office.who.close();
  await who.close();
});

test('somebody is invited, and of two who edit the second sees what the first changed', async () => {
  const { who, page } = await open('founder', '/factory');
  await page.fill('#login', 'helper');
  await page.getByRole('button', { name: '邀请' }).click();
  await page.locator('.people').getByText('待答复').waitFor();
  const helper = await open('helper', '/factory');
  await helper.page.getByRole('button', { name: '接受' }).click();
  await helper.page.locator('.people').getByText('业务员').waitFor();

  await page.goto(`${town.url}/factory/edit`);
  await helper.page.goto(`${town.url}/factory/edit`);
  await page.fill('#f-address', '六号路 1 号');
  await page.click('.factory-form button');
  await page.waitForURL(/\/factory$/);
  await helper.page.fill('#f-about_zh', '只做电水壶');
  helper.who.allowed.push(/status of 409/);
  await helper.page.click('.factory-form button');
  const meanwhile = helper.page.locator('.meanwhile');
  await meanwhile.getByText('六号路 1 号').waitFor();
  assert.equal(await helper.page.inputValue('#f-about_zh'), '只做电水壶', 'what was typed stays');
  await helper.page.click('.factory-form button');
  await helper.page.waitForURL(/\/factory$/);
  await page.reload();
  await page.getByText('只做电水壶').first().waitFor();

  who.allowed.push(/status of 409/);
  await page.locator('.people li', { hasText: '（我）' }).locator('summary').click();
  await page.getByRole('button', { name: '退出', exact: true }).click();
  await page.locator('[data-answer-yes]').click();
  await page.getByText('至少要留一位负责人').waitFor();
  await helper.who.close();
  await who.close();
});
