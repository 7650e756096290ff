// A base's first day: an empty town, set up from its pages alone by one administrator, until a
// stranger finds a maker's first goods on their stand.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, test } from 'node:test';
import { LAPTOP, PHONE, assertFits, launch, visitor } from './lib/browser.mjs';
import { Person } from './lib/people.mjs';
import { atEnd } from './lib/process.mjs';
import { Town, binary, storeOf } from './lib/server.mjs';

let town;
let browser;
const CODE = '91350100M000100Y43';
const PASSWORD = 'a long enough password';

before(async () => {
  browser = await launch();
  town = await Town.start();
  const added = execFileSync(binary(), [
    'user', 'add', '--data', town.data, '--login', 'office', '--role', 'admin', ...storeOf(town.data),
  ], { encoding: 'utf8' });
  town.office = /^password: (\S+)$/m.exec(added)[1];
  await new Person(town).register('founder');
});

atEnd(async () => {
  await browser.close();
  await town.stop();
});

async function enter(login, password, options) {
  const who = await visitor(browser, options);
  const page = await who.page();
  await page.goto(`${town.url}/login`);
  await page.fill('#login', login);
  await page.fill('#password', password);
  await Promise.all([page.waitForNavigation(), page.click('form[action="/login"] button')]);
  return { who, page };
}

const sent = (page, click) => Promise.all([page.waitForNavigation(), click()]);
const done = (page) => page.locator('.first-steps .is-done h3 a').allInnerTexts();
const says = (page, text) => page.getByText(text).first().waitFor();

async function addKind(page, [zh, en, slug], parent) {
  await page.goto(`${town.url}/hall/desk/kinds`);
  await page.fill('#name_zh', zh);
  await page.fill('#name_en', en);
  await page.fill('#slug', slug);
  if (parent) await page.selectOption('#parent', { label: parent });
  await sent(page, () => page.getByRole('button', { name: '添加' }).click());
}

test('an empty base says so, and its administrator is led from step to step', async () => {
  const guest = await visitor(browser, { viewport: PHONE });
  const hall = await guest.page();
  await hall.goto(`${town.url}/hall`);
  await says(hall, '展馆正在布置');
  assert.ok(!(await hall.locator('.foot').innerText()).includes('虚构'), 'nobody is invented here');
  await guest.close();

  const { who, page } = await enter('office', town.office, { viewport: LAPTOP });
  assert.equal(new URL(page.url()).pathname, '/today', 'who works here begins at work');
  assert.equal(await page.locator('.first-steps li').count(), 4);
  assert.deepEqual(await done(page), []);
  await page.getByRole('link', { name: '建品类' }).click();
  await page.waitForURL(`${town.url}/hall/desk/kinds`);
  assert.deepEqual(await page.locator('.top .nav [aria-current]').allInnerTexts(), ['今日']);
  await addKind(page, ['厨房', 'Kitchen', 'kitchen']);
  await addKind(page, ['电水壶', 'Kettles', 'kettle'], '厨房');
  await page.getByRole('heading', { name: '电水壶' }).waitFor(); // to say what makers must tell of it
  await page.selectOption('#name', { label: '额定功率' });
  await page.fill('#unit', 'W');
  await page.check('[name="required"]');
  await sent(page, () => page.getByRole('button', { name: '添加' }).click());

  await page.goto(`${town.url}/floor/desk`);
  await page.fill('#name_zh', '1 号馆');
  await page.fill('#name_en', 'Hall 1');
  await sent(page, () => page.getByRole('button', { name: '新建' }).click());
  await page.goto(`${town.url}/floor/desk/1/plan`);
  await page.fill('#code', 'A-01');
  for (const [field, value] of [['left', 100], ['top', 100], ['width', 80], ['height', 60]])
    await page.fill(`#${field}`, String(value));
  await sent(page, () => page.locator('form[action$="/stands"] button').click());
  await page.goto(`${town.url}/board`);
  assert.deepEqual(await done(page), ['建品类', '布置展馆和展位']);
  await who.close();
});

test('a maker registers, and is admitted by whom the README made', async () => {
  const maker = await enter('founder', PASSWORD, { viewport: PHONE });
  await maker.page.goto(`${town.url}/factories/register`);
  const entry = {
    name_zh: '新禾电器厂', name_en: 'Xinhe Works', code: CODE, about_zh: '电水壶', about_en: 'Kettles',
    address: '三号路 5 号', contact: '周新禾', phone: '13812345678',
  };
  for (const [field, value] of Object.entries(entry)) await maker.page.fill(`#f-${field}`, value);
  await maker.page.setInputFiles('#f-scan', {
    name: '执照.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4'),
  });
  await sent(maker.page, () => maker.page.click('.factory-form button'));
  await sent(maker.page, () => maker.page.getByRole('button', { name: '提交审核' }).click());

  const office = await enter('office', town.office);
  await office.page.goto(`${town.url}/board`);
  await office.page.locator('.todo-row', { hasText: '新禾电器厂' }).click();
  await sent(office.page, () => office.page.getByRole('button', { name: '通过', exact: true }).click());
  await says(office.page, '已通过');

  await maker.page.goto(`${town.url}/hall/desk/new?kind=kettle`);
  for (const [field, value] of [['title_zh', '快煮壶'], ['model', 'Q-1'], ['about_zh', '一分钟烧开'], ['spec_power', '1500']])
    await maker.page.fill(`#${field}`, value);
  for (const [field, value] of [['code', 'Q-1-A'], ['name_zh', '白'], ['price', '129'], ['stock', '30']])
    await maker.page.fill(`[name="sku_${field}_1"]`, value);
  await sent(maker.page, () => maker.page.getByRole('button', { name: '保存' }).click());
  await assertFits(maker.page);
  await sent(maker.page, () => maker.page.getByRole('button', { name: '提交审核' }).click());

  await office.page.goto(`${town.url}/board`);
  await office.page.locator('.todo-row', { hasText: '快煮壶' }).click();
  await sent(office.page, () => office.page.getByRole('button', { name: '通过，展出' }).click());
  await office.page.goto(`${town.url}/floor/desk/1?stand=A-01`);
  await office.page.fill('#product', 'Q-1');
  await sent(office.page, () => office.page.getByRole('button', { name: '放上', exact: true }).click());
  await office.page.goto(`${town.url}/board`);
  assert.equal(await office.page.locator('.first-steps').count(), 0, 'all is set up');
  await office.who.close();
  await maker.who.close();
  const again = await enter('founder', PASSWORD);
  assert.equal(new URL(again.page.url()).pathname, '/console', 'a clerk begins with the day');
  await again.who.close();
});

test('a stranger finds the goods by pinyin, where they stand, and what they are', async () => {
  const guest = await visitor(browser, { viewport: PHONE });
  const page = await guest.page();
  await page.goto(`${town.url}/hall?q=kuaizhu`);
  await page.locator('.shelf .good').first().click();
  await page.waitForURL(/\/hall\/products\//);
  await says(page, '1500');
  await page.locator('.stands-at a').click();
  await page.waitForURL(`${town.url}/floor/1/A-01`);
  await says(page, '快煮壶');
  await guest.close();
});
