// A clerk brings a sheet that LibreOffice wrote and pictures beside it, mends what is wrong on the
// page, and has it in the hall; and sheets that the town writes open in LibreOffice as they are.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { LAPTOP, PHONE, assertFits, axe, launch, visitor } from './lib/browser.mjs';
import { demo, logIn } from './lib/demo.mjs';
import { cellsOf, saveAs } from './lib/office.mjs';
import { atEnd } from './lib/process.mjs';
import { temporaryFolder } from './lib/server.mjs';
import { until } from './lib/until.mjs';

let town;
let browser;
let clerk; // a page, logged in
const people = [];
const folder = temporaryFolder();

async function someone(login, next, options) {
  const person = await visitor(browser, options);
  people.push(person);
  const page = await person.page();
  await logIn(page, town, login, next);
  return page;
}

before(async () => {
  browser = await launch();
  town = await demo();
  clerk = await someone('factory', '/hall/import');
});

atEnd(async () => {
  for (const person of people) await person.close();
  await browser.close();
  await town.check();
  await town.stop();
});

// The thirteenth digit of twelve.
function gtin(twelve) {
  const sum = [...twelve].reduce((s, d, i) => s + d * (i % 2 ? 3 : 1), 0);
  return twelve + ((10 - (sum % 10)) % 10);
}

const good = gtin('695550100001');
const wrong = good.slice(0, 12) + ((+good[12] + 1) % 10);

const SHEET = `青石小家电厂 2026 秋季价目表
品类,型号,品名,英文名,产品说明,单价(元),条形码,功率(W),容量,库存,图片,备注
电热水壶,QS-301,速沸电热水壶,Swift kettle,双层防烫，自动断电。,129,${wrong},1500,1.7,40,QS301.jpg,主推
电热水湖,QS-302,静音电热水壶,Quiet kettle,低噪声，夜里烧水也不吵。,159,,1500,1.5,30,qs302.jpg,
电热水壶,QS-303,旅行电热水壶,Travel kettle,折叠手柄，可放进背包。,-99,,800,0.6,20,,
`;

function makeFiles() {
  const csv = join(folder, '秋季价目表.csv');
  writeFileSync(csv, SHEET);
  const pictures = join(folder, '图片');
  mkdirSync(pictures);
  for (const [name, hue] of [['qs301.JPG', 10], ['qs302.jpg', 120]])
    execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', `testsrc=size=900x900,hue=h=${hue}`,
      '-frames:v', '1', '-c:v', 'mjpeg', '-f', 'image2', join(pictures, name)]);
  const zip = join(folder, 'pictures.zip');
  execFileSync('/usr/bin/python3', ['-m', 'zipfile', '-c', zip, pictures]);
  return { sheet: saveAs(csv, 'xlsx'), zip };
}

const waitUntilDone = (page) => page.locator('[data-task]').waitFor({ state: 'detached', timeout: 60_000 });
const faults = (page) =>
  page.$$eval('.faults tbody tr', (rows) => rows.map((r) => r.querySelector('b').textContent));

test('a clerk brings a sheet of LibreOffice, mends three cells and takes it', async () => {
  const { sheet, zip } = makeFiles();
  await clerk.setInputFiles('#sheet', sheet);
  await clerk.setInputFiles('#pictures', zip);
  await clerk.click('form[action="/hall/import"] button');
  await waitUntilDone(clerk);
  assert.deepEqual(await faults(clerk), ['G3', 'A4', 'F5']);
  assert.deepEqual(await axe(clerk), []);
  for (const size of [PHONE, LAPTOP]) {
    await clerk.setViewportSize(size);
    await assertFits(clerk);
  }
  await clerk.fill('[name="cell_3_7"]', good);
  await clerk.fill('[name="cell_4_1"]', '电热水壶');
  await clerk.fill('[name="cell_5_6"]', '99');
  await clerk.press('[name="cell_5_6"]', 'Enter'); // the keyboard is enough
  await waitUntilDone(clerk);
  await clerk.locator('form[action$="/take"] button').click();
  await waitUntilDone(clerk);
  assert.equal(await clerk.locator('tbody tr').count(), 3);
  await clerk.locator('form[action$="/submit"] button').click();
  await clerk.locator('tbody tr').first().waitFor();
  assert.equal(await clerk.locator('form[action$="/submit"]').count(), 0, 'nothing is left to send');
});

test('the base looks at them, and they are found in the hall with their pictures', async () => {
  const operator = await someone('operator', '/hall/desk');
  const links = await clerk.$$eval('tbody a', (all) => all.map((a) => a.getAttribute('href')));
  assert.equal(links.length, 3);
  for (const link of links) {
    await operator.goto(town.url + link);
    await operator.locator('form:has([value="approve"]) button').click();
    await operator.locator('.page-head a[href^="/hall/products/"]').waitFor();
  }
  const guest = await visitor(browser);
  people.push(guest);
  const page = await guest.page();
  await page.goto(`${town.url}/hall?q=QS-301`);
  await page.locator('a[href*="qs-301"]').first().click();
  await page.locator('h1').filter({ hasText: '速沸电热水壶' }).waitFor();
  await until('its photo', () => page.evaluate(() =>
    [...document.images].some((i) => i.currentSrc.includes('/hall/photos/') && i.naturalWidth > 300)));
});

test('in the table a choice is picked and saved at once', async () => {
  await clerk.goto(`${town.url}/hall/desk?status=on`);
  const cell = clerk.locator('tr', { hasText: 'QS-303' }).locator('[data-cell="market"]');
  await cell.focus();
  await clerk.keyboard.press('Enter');
  await cell.locator('select').selectOption('出口');
  await clerk.keyboard.press('Enter');
  await cell.locator('span').filter({ hasText: '出口' }).waitFor();
  await until('saved', async () => {
    await clerk.reload();
    return (await cell.textContent()).trim() === '出口';
  });
});

test('what the town writes opens in LibreOffice as it is', async () => {
  for (const path of ['/hall/desk/products.xlsx', '/hall/import/template.xlsx?kind=kettle']) {
    const waiting = clerk.waitForEvent('download');
    await clerk.evaluate((to) => { location.href = to; }, path);
    const file = join(folder, (await waiting).suggestedFilename());
    await (await waiting).saveAs(file);
    assert.equal(readFileSync(file).subarray(0, 2).toString(), 'PK');
    const before = cellsOf(file);
    assert.ok(Object.values(before)[0].length >= 1);
    assert.deepEqual(cellsOf(saveAs(file, 'xlsx')), before, path);
  }
});
