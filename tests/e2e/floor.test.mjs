// In the hall: a visitor scans a shelf label, sees the product, where it stands and when it is shown
// live next; the base places goods by keyboard, without scripts, and prints their labels.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { LAPTOP, PHONE, assertFits, launch, visitor } from './lib/browser.mjs';
import { demo, logIn } from './lib/demo.mjs';
import { Person } from './lib/people.mjs';
import { atEnd } from './lib/process.mjs';
import { until } from './lib/until.mjs';

let town;
let browser;
let operator; // over JSON

before(async () => {
  browser = await launch();
  town = await demo();
  operator = await new Person(town).login('operator', town.passwords.operator);
});

atEnd(async () => {
  await browser.close();
  await town.stop();
});

function sql(text) {
  const script = 'import sqlite3,sys; db=sqlite3.connect(sys.argv[1], timeout=10);'
    + ' print("|".join(str(x) for x in db.execute(sys.argv[2]).fetchone()))';
  const file = join(town.data, 'guildhall.db');
  return execFileSync('/usr/bin/python3', ['-c', script, file, text], { encoding: 'utf8' }).trim().split('|');
}

const labelOf = async (product) => (await operator.get(`/floor/labels?product=${product}`)).body.labels[0].href;
const visits = async () => (await operator.get('/figures/label_visits')).body.value;

test('a visitor opens a label, sees the product and the next show, and finds the stand', async () => {
  const [product, show, title] = sql(`SELECT k.product_id, s.id, s.title_en FROM shows s
    JOIN show_items i ON i.show_id = s.id JOIN skus k ON k.id = i.sku_id
    JOIN floor_placements p ON p.product_id = k.product_id AND p.ended_at IS NULL
    WHERE s.status = 'planned' AND NOT EXISTS (SELECT 1 FROM shows o JOIN show_items x ON x.show_id = o.id
      JOIN skus y ON y.id = x.sku_id WHERE y.product_id = k.product_id AND o.status <> 'ended'
      AND (o.starts_at < s.starts_at OR o.id < s.id AND o.starts_at = s.starts_at))
    ORDER BY s.starts_at, k.product_id LIMIT 1`);
  const before = await visits();
  const guest = await visitor(browser, { locale: 'en', viewport: PHONE });
  const page = await guest.page();
  await page.goto(town.url + await labelOf(product));
  assert.match(page.url(), /\/hall\/products\/[^?]+\?label=\d+$/);
  const scanned = page.locator('.scanned');
  assert.match(await scanned.innerText(), /You scanned its label · Hall \d [A-Z]-\d\d/);
  assert.match(await scanned.innerText(), /Shown live next/);
  assert.ok((await scanned.innerText()).includes(title));
  await assertFits(page);
  assert.equal(await visits(), before + 1);
  await page.reload(); // the product's page again is no scan
  assert.equal(await visits(), before + 1);

  const stand = page.locator('.stands-at a').first();
  const code = (await stand.innerText()).split(' ').pop();
  await stand.click();
  await page.waitForURL(new RegExp(`/floor/\\d/${code}$`));
  assert.equal(await page.locator('.plan .stand.is-current').getAttribute('href'), new URL(page.url()).pathname);
  assert.ok(await page.locator('.shelf .good').count() > 0);
  await assertFits(page);
  // Another stand by the plan itself; its words say what its colour says.
  const free = page.locator('.plan a.stand.is-free').first();
  assert.match(await free.getAttribute('aria-label'), /· free$/);
  await free.focus();
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  await page.getByText('This stand is free').waitFor();

  await page.goto(town.url + await labelOf(product));
  await page.locator('.scanned a.on-show').click();
  await page.waitForURL(`${town.url}/shows/${show}`);
  await guest.close();
});

test('on a phone the plan opens where the stand is', async () => {
  const guest = await visitor(browser, { viewport: PHONE });
  const page = await guest.page();
  await page.goto(`${town.url}/floor/1/D-05`);
  const stand = page.locator('.plan .stand.is-current');
  const frame = await page.locator('.plan-frame').boundingBox();
  await until('the stand is in the frame', async () => {
    const box = await stand.boundingBox();
    return box.x >= frame.x && box.x + box.width <= frame.x + frame.width;
  });
  await guest.close();
});

test('the base places, moves and takes away by keyboard and without scripts', async () => {
  const [slug] = sql(`SELECT g.slug FROM products g JOIN floor_placements p ON p.product_id = g.id
    AND p.ended_at IS NULL JOIN floor_stands s ON s.id = p.stand_id WHERE s.code = 'A-03' LIMIT 1`);
  const office = await visitor(browser, { locale: 'en', viewport: LAPTOP, javaScriptEnabled: false });
  const page = await office.page();
  await logIn(page, town, 'operator', '/floor/desk/1');
  await page.locator('.plan a.stand[href*="A-07"]').focus();
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  await page.locator('#product').focus();
  await page.keyboard.type(slug);
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  await page.getByRole('heading', { name: 'On stand A-07' }).waitFor();
  const row = page.locator('.on-stand tbody tr');
  assert.equal(await row.count(), 1);
  assert.match(await page.locator('.history').innerText(), /moved from A-03 to A-07/);

  await row.locator('input.input').focus();
  await page.keyboard.type('a8');
  await page.keyboard.press('Tab');
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  await page.getByRole('heading', { name: 'On stand A-08' }).waitFor();
  const taken = row.last(); // the latest stands last
  await taken.getByRole('button', { name: 'Take away' }).focus();
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  const { stands } = (await operator.get(`/hall/products/${slug}`)).body;
  assert.deepEqual(stands.filter((s) => s.hall.number === 1), []);

  // Many lines: one is wrong, and all are told; mended, they stand.
  await page.fill('#lines', `A-07 ${slug}\nA-77 ${slug}`);
  await Promise.all([page.waitForNavigation(), page.click('form[action$="/lines"] button')]);
  assert.match(await page.locator('.fault-lines').innerText(), /Line 2 A-77 .* no such stand/);
  await page.fill('#lines', `A-07 ${slug}`);
  await Promise.all([page.waitForNavigation(), page.click('form[action$="/lines"] button')]);
  assert.deepEqual((await operator.get(`/hall/products/${slug}`)).body.stands.map((s) => s.code)
    .filter((c) => c.startsWith('A-')), ['A-07']);
  office.allowed.push(/status of 422/);
  await office.close();
});

test('labels of a stand are a PDF; those of a hall are made in the background', async () => {
  const office = await visitor(browser, { locale: 'en' });
  const page = await office.page();
  await logIn(page, town, 'operator', '/floor/labels?hall=2&stand=N-03');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Make the PDF' }).click()]);
  assert.match(readFileSync(await download.path()).subarray(0, 5).toString(), /^%PDF-/);
  await page.goto(`${town.url}/floor/labels?hall=1`);
  await page.getByRole('button', { name: 'Make the PDF' }).click();
  await page.waitForURL(/\/tasks\/\d+$/);
  const [sheet] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }),
    page.getByRole('link', { name: 'See the result' }).click({ timeout: 60_000 })]);
  assert.ok(readFileSync(await sheet.path()).length > 100_000);
  await office.close();
});
