// Work in the background as people watch it: a check that an operator begins, a bar that moves by
// itself with scripts and without, an end that says what came of it, and one that is cancelled.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
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

// Another process's task, as this one finds it in the store. Returns the first column, or nothing.
function sql(text) {
  const script = 'import sqlite3,sys; db=sqlite3.connect(sys.argv[1], timeout=10);'
    + ' row=db.execute(sys.argv[2]).fetchone(); db.commit(); print(row[0] if row else "")';
  const file = join(town.data, 'guildhall.db');
  return execFileSync('/usr/bin/python3', ['-c', script, file, text], { encoding: 'utf8' }).trim();
}

function running(done, total) {
  return sql(`INSERT INTO tasks (kind, user_id, subject, input, state, done, total, step, owner,
    lease_until, created_at, started_at) SELECT 'town.check', id, '青禾电器 2026 春.xlsx', '', 'running',
    ${done}, ${total}, 'tasks.check_part', 'elsewhere', 9000000000000000, ${Date.now() - 9000}, ${Date.now() - 8000}
    FROM users WHERE login = 'operator' RETURNING id`);
}

async function operator(options) {
  const person = await visitor(browser, options);
  const page = await person.page();
  await logIn(page, town, 'operator', '/tasks');
  return { person, page };
}

const bar = (page) => page.$eval('[data-bar]', (b) => `${b.value}/${b.max}`);

test('an operator begins a check and sees it end', async () => {
  const { person, page } = await operator({ locale: 'zh-CN' });
  await page.locator('form[action="/tasks/check"] button').click();
  await page.locator('.note[role="status"]').waitFor();
  assert.match(await page.textContent('.note[role="status"]'), /全部核对无误/);
  assert.match(page.url(), /\/tasks\/\d+$/);
  await page.goto(`${town.url}/tasks`);
  assert.equal(await page.locator('.tasks li').count(), 1);
  assert.deepEqual(person.unexpected(), []);
});

test('the bar moves, and the page says what came of it', async () => {
  const id = running(40, 160);
  const { person, page } = await operator({ locale: 'en', viewport: PHONE });
  await page.goto(`${town.url}/tasks/${id}`);
  assert.equal(await bar(page), '40/160');
  await assertFits(page);
  assert.deepEqual(await axe(page), []);
  await page.evaluate(() => (window.sameDocument = true));
  sql(`UPDATE tasks SET done = 80 WHERE id = ${id}`);
  await page.waitForFunction(() => document.querySelector('[data-bar]').value === 80);
  assert.equal(await page.textContent('[data-percent]'), '50%');
  assert.match(await page.textContent('[data-step]'), /80 of 160/);
  assert.equal(await page.evaluate(() => window.sameDocument), true, 'without drawing it anew');
  sql(`UPDATE tasks SET state = 'failed', ended_at = ${Date.now()}, message = 'job.sheet_rows',
    result = '/hall' WHERE id = ${id}`);
  await page.locator('.note.bad').waitFor();
  assert.match(await page.textContent('.note.bad'), /20,000 at most/);
  assert.equal(await page.getAttribute('.actions .primary', 'href'), '/hall');
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(person.unexpected(), []);
});

test('without scripts it refreshes by itself', async () => {
  const id = running(0, 0);
  const { person, page } = await operator({ locale: 'zh-CN', viewport: LAPTOP });
  const cookies = await person.context.cookies();
  const plain = await browser.newContext({ javaScriptEnabled: false, locale: 'zh-CN' });
  await plain.addCookies(cookies);
  const still = await plain.newPage();
  await still.goto(`${town.url}/tasks/${id}`);
  assert.equal(await still.getAttribute('[data-bar]', 'value'), null, 'how much it is, is not known yet');
  sql(`UPDATE tasks SET done = 3, total = 4 WHERE id = ${id}`);
  await still.locator('[data-bar][value="3"]').waitFor({ state: 'attached' });
  await plain.close();
  await page.goto(`${town.url}/tasks/${id}`);
  await page.locator(`form[action="/tasks/${id}/cancel"] button`).click();
  await page.locator('.chip', { hasText: '正在停止' }).waitFor();
  assert.equal(sql(`SELECT wants_cancel FROM tasks WHERE id = ${id}`), '1');
  assert.equal(await page.locator('form[action$="/cancel"]').count(), 0);
  assert.deepEqual(person.unexpected(), []);
});
