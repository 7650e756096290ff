// A factory's clerk works through the day with the keyboard, a certificate that has ended is replaced
// with the base, an officer counts what the board says, and two clerks edit one product.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { assertFits, axe, launch, PHONE, visitor } from './lib/browser.mjs';
import { demo, logIn } from './lib/demo.mjs';
import { Person } from './lib/people.mjs';
import { atEnd } from './lib/process.mjs';

let town;
let browser;

before(async () => {
  browser = await launch();
  town = await demo();
});

atEnd(async () => {
  await browser.close();
  await town.check();
  await town.stop();
});

async function open(login, path, options) {
  const who = await visitor(browser, options);
  const page = await who.page();
  if (login) await logIn(page, town, login, path);
  else await page.goto(town.url + path);
  return { who, page };
}

const line = (page, name) => page.locator(`[data-line="${name}"]`);
const numberIn = async (locator) => Number((await locator.first().innerText()).replace(/\D/g, ''));

// Walks down with j until a row of a line is there; how many keys that took.
async function walkTo(page, name) {
  await page.keyboard.press('Home'); // from the first one, wherever it stands
  for (let keys = 1; keys < 60; keys++) {
    await page.keyboard.press('j');
    const there = await page.evaluate(
      (wanted) => document.activeElement.matches('.todo-row') && document.activeElement.closest('[data-line]')?.dataset.line === wanted,
      name,
    );
    if (there) return keys;
  }
  throw new Error(`no row of ${name} is reached`);
}

test('a clerk mends what came back, by the keyboard, and a cell of the table', async () => {
  const { who, page } = await open('factory', '/console');
  const back = line(page, 'products_returned');
  const title = await back.locator('.todo-row b').first().innerText();
  await back.locator('q', { hasText: '铭牌' }).waitFor();
  await walkTo(page, 'products_returned');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/hall\/desk\/products\/\d+$/);
  const product = page.url();
  assert.equal(await page.locator('h1').innerText(), title);
  await page.focus('#spec_power');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('1850');
  await page.keyboard.press('Enter');
  await page.locator('.history').getByText('1850').waitFor();
  await page.getByRole('button', { name: '提交审核' }).focus();
  await page.keyboard.press('Enter');
  await page.locator('.page-head .chip', { hasText: '待审核' }).waitFor();
  await page.goto(`${town.url}/console`);
  assert.equal(await back.count(), 0, 'what is done is no longer there');
  // Who comes back stands at the next thing.
  assert.ok(await page.evaluate(() => document.activeElement.matches('[data-walk]')));

  const base = await open('operator', '/board');
  await line(base.page, 'products_review').locator(`a[href="${new URL(product).pathname}"]`).click();
  await base.page.getByRole('button', { name: '通过，展出' }).click();
  await base.page.locator('.page-head .chip', { hasText: '在馆' }).waitFor();
  await base.who.close();

  await page.goto(`${town.url}/hall/desk`);
  const cells = page.locator('[data-cell="moq"]');
  await page.locator('[data-cell][tabindex="0"]').focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight'); // title_en, model, then the next
  while (!(await page.evaluate(() => document.activeElement.dataset.cell === 'moq'))) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('35');
  await page.keyboard.press('Enter');
  await page.locator('[data-cell="moq"].saved').waitFor();
  assert.equal(await cells.first().innerText(), '35');
  assert.ok(await page.evaluate(() => document.activeElement.dataset.cell === 'moq'), 'the one below is there');
  await page.reload();
  assert.equal(await page.locator('[data-cell="moq"]').first().innerText(), '35', 'it was saved');
  await who.close();
});

test('a certificate that has ended is replaced, and the goods are sold at home again', async () => {
  const { who, page } = await open('factory', '/console');
  await line(page, 'products_lacking').locator('.todo-row').first().click();
  await page.waitForURL(/\/certificates\/checklist\/\d+$/);
  const checklist = new URL(page.url()).pathname;
  const desk = `${town.url}/hall/desk/products/${page.url().split('/').pop()}`;
  await page.goto(desk);
  const product = await page.locator('.page-head a[href^="/hall/products/"]').getAttribute('href');
  const buyer = await open(null, product);
  await buyer.page.getByText('暂不在国内销售').waitFor();
  assert.equal(await buyer.page.locator('.button.buy').count(), 0);

  await page.goto(`${town.url}/console`);
  await walkTo(page, 'certificates_ended');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: '换新证' }).click();
  const old = new URL(page.url()).searchParams.get('replaces');
  await page.fill('#number', '2026010739999999');
  await page.fill('#issued_on', '2026-01-05');
  await page.fill('#valid_until', '2099-01-05');
  // What it covered is ticked already.
  assert.equal(await page.locator('.pick-list input:checked').count(), 1);
  await page.setInputFiles('#scan', { name: '证书.png', mimeType: 'image/png', buffer: await page.screenshot() });
  await page.getByRole('button', { name: '提交审核' }).click();
  await page.waitForURL(/\/certificates\/\d+$/);
  const fresh = page.url();
  await page.locator('.page-head .chip', { hasText: '待审核' }).waitFor();
  await page.goto(`${town.url}/console`);
  assert.equal(await line(page, 'certificates_ended').count(), 0, 'the clerk has done what was to do');

  const base = await open('operator', '/board');
  await line(base.page, 'certificates_review').locator('.todo-row', { hasText: '2026010739999999' }).click();
  await base.page.waitForURL(fresh);
  await base.page.waitForFunction(() => document.querySelector('.scan img')?.naturalWidth > 100);
  await base.page.getByRole('button', { name: '核准' }).click();
  await base.page.locator('.page-head .chip', { hasText: '有效' }).waitFor();
  await base.page.goto(`${town.url}/certificates/${old}`);
  await base.page.getByText('已由新证接替').waitFor();
  await base.page.locator('.history').getByText('到期').waitFor();
  await base.who.close();

  await buyer.page.reload();
  await buyer.page.locator('.button.buy').waitFor();
  await page.goto(`${town.url}/console`);
  assert.equal(await page.locator(`a[href="${checklist}"]`).count(), 0);
  await buyer.who.close();
  await who.close();
});

test('an officer counts the rows behind the numbers of the board', async () => {
  const { who, page } = await open('operator', '/board');
  const lines = await page.locator('[data-line]').evaluateAll((all) =>
    all.map((l) => [l.dataset.line, Number(l.querySelector('[data-count]').textContent.replace(/\D/g, '')), l.querySelector('h3 a').getAttribute('href')]));
  assert.ok(lines.length >= 9);
  for (const [name, count, href] of lines) {
    let rows = 0;
    for (let next = href; next; ) {
      await page.goto(town.url + next);
      rows += await page.locator('.todo-row').count();
      const more = page.locator('.pager a[rel="next"]');
      next = (await more.count()) ? await more.getAttribute('href') : null;
    }
    assert.equal(rows, count, name);
  }
  await page.goto(`${town.url}/board`);
  const shown = await numberIn(page.locator('[data-figure="products"] .amount'));
  await page.locator('.goal h3 a').first().click();
  await page.waitForURL(/\/figures\/products$/);
  let counted = 0;
  for (;;) {
    const rows = page.locator('.rows tbody tr');
    counted += await rows.count();
    const next = page.locator('.pager a[rel="next"]');
    if (!(await next.count())) break;
    const before = page.url();
    await next.click();
    await page.waitForURL((url) => url.href !== before);
  }
  assert.equal(counted, shown);
  await who.close();
});

test('every number on the page of the day opens to its evidence, on a phone', async () => {
  const { who, page } = await open('operator', '/today', { viewport: PHONE });
  await assertFits(page);
  assert.deepEqual(await axe(page), []);
  const targets = await page.locator('.today-targets li').evaluateAll((all) =>
    all.map((t) => [t.querySelector('h3 a').getAttribute('href'), t.querySelector('.amount').textContent.trim()]));
  assert.ok(targets.length >= 4);
  for (const [href, amount] of targets) {
    await page.goto(town.url + href);
    assert.equal((await page.locator('main .amount').first().innerText()).trim(), amount, href);
    assert.ok((await page.locator('main tbody tr, main .papers li').count()) > 0, `${href}: nothing is behind it`);
  }
  await page.goto(`${town.url}/today`);
  const waiting = await page.locator('.today-lines a').evaluateAll((all) =>
    all.map((l) => [l.getAttribute('href'), Number(l.querySelector('[data-count]').textContent.replace(/\D/g, ''))]));
  assert.ok(waiting.length > 3);
  assert.equal(await numberIn(page.locator('#waits-head .muted')), waiting.reduce((sum, [, n]) => sum + n, 0));
  for (const [href, n] of waiting) {
    await page.goto(town.url + href);
    assert.ok((await page.locator('.todo-row').count()) === Math.min(n, 50), href);
  }
  await page.goto(`${town.url}/today`);
  const [busy, all] = (await page.locator('.today-rooms .section-head a').innerText()).match(/\d+/g).map(Number).reverse();
  assert.equal(await page.locator('.rooms-now li').count(), all);
  assert.equal(await page.locator('.rooms-now .is-busy').count(), busy);
  await page.locator('.rooms-now h4 a').first().click();
  await page.waitForURL(/\/venue\/spaces\/\d+$/);
  await page.goto(`${town.url}/today?wall=1`);
  assert.deepEqual(await axe(page), []);
  await who.close();
});

test('of two clerks at one product the second sees what the first changed', async () => {
  await new Person(town).register('colleague');
  town.passwords.colleague = 'a long enough password';
  const first = await open('factory', '/factory');
  await first.page.fill('#login', 'colleague');
  await first.page.getByRole('button', { name: '邀请' }).click();
  await first.page.locator('.people').getByText('待答复').waitFor();
  const second = await open('colleague', '/factory');
  await second.page.getByRole('button', { name: '接受' }).click();
  await second.page.locator('.people').getByText('业务员').first().waitFor();

  await first.page.goto(`${town.url}/hall/desk`);
  const href = await first.page.locator('.cells a[href^="/hall/desk/products/"]').last().getAttribute('href');
  await first.page.goto(town.url + href);
  await second.page.goto(town.url + href);
  await first.page.fill('#title_zh', '新名字的产品');
  await first.page.getByRole('button', { name: '保存' }).click();
  await first.page.locator('h1', { hasText: '新名字的产品' }).waitFor();
  await second.page.fill('#lead_days', '33');
  second.who.allowed.push(/status of 409/);
  await second.page.getByRole('button', { name: '保存' }).click();
  const meanwhile = second.page.locator('.meanwhile');
  await meanwhile.getByText('新名字的产品').waitFor();
  await meanwhile.getByText('青禾').waitFor();
  assert.equal(await second.page.inputValue('#lead_days'), '33', 'what was typed stays');
  await second.page.fill('#title_zh', '新名字的产品');
  await second.page.getByRole('button', { name: '保存' }).click();
  await second.page.locator('.history ins', { hasText: '33' }).waitFor();
  assert.equal(await second.page.inputValue('#title_zh'), '新名字的产品');
  await first.who.close();
  await second.who.close();
});
