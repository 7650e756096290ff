// A buyer finds a product, with the keyboard alone: by the initials of its pinyin, by a part of its
// name, from what is suggested while typing; and without scripts by the form.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { LAPTOP, PHONE, assertFits, axe, launch, visitor } from './lib/browser.mjs';
import { demo } from './lib/demo.mjs';
import { atEnd } from './lib/process.mjs';

let town;
let browser;

before(async () => {
  browser = await launch();
  town = await demo({ kind: 'release' });
});

atEnd(async () => {
  await browser.close();
  await town.stop();
});

const box = (page) => page.getByRole('combobox');
const options = (page) => page.getByRole('option');

// Tabs from the beginning of the page until the search box has the focus.
async function tabToBox(page) {
  for (let i = 0; i < 20; i++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement.matches('.find input'))) return;
  }
  assert.fail('the search box cannot be reached with Tab');
}

async function tabToProduct(page, title) {
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press('Tab');
    const text = await page.evaluate(() => document.activeElement.textContent);
    if (await page.evaluate(() => document.activeElement.matches('.shelf a')) && title.test(text)) return;
  }
  assert.fail(`no product ${title} can be reached with Tab`);
}

// The option that says `text` is the one that a screen reader is told of.
async function downTo(page, text) {
  for (let i = 0; i < 9; i++) {
    await page.keyboard.press('ArrowDown');
    const id = await box(page).getAttribute('aria-activedescendant');
    if (id && (await page.locator(`#${id}[aria-selected="true"]`).textContent()).includes(text)) return;
  }
  assert.fail(`${text} is not suggested`);
}

test('by the initials of its pinyin: dsh is 电水壶', async () => {
  const guest = await visitor(browser);
  const page = await guest.page();
  await page.goto(`${town.url}/`);
  await tabToBox(page);
  await page.keyboard.type('dsh');
  await options(page).first().waitFor();
  assert.equal(await box(page).getAttribute('aria-expanded'), 'true');
  assert.deepEqual(await axe(page), []);
  await downTo(page, '电水壶');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/hall/);
  await page.locator('.shelf a', { hasText: '水壶' }).first().waitFor();
  await tabToProduct(page, /水壶/);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/hall\/products\//);
  assert.match(await page.locator('h1').textContent(), /水壶/);
  await guest.close();
});

test('by a part of its name, in English, and the language stays', async () => {
  const guest = await visitor(browser, { locale: 'en' });
  const page = await guest.page();
  await page.goto(`${town.url}/en/hall`);
  await tabToBox(page);
  await page.keyboard.type('kett');
  await options(page).first().waitFor();
  await downTo(page, 'ettle');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/en\/hall[/?]/);
  await tabToProduct(page, /kettle/i);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/en\/hall\/products\//);
  assert.match(await page.locator('h1').textContent(), /kettle/i);
  await guest.close();
});

test('Escape and leaving close the list, and Enter without a choice sends the words', async () => {
  const guest = await visitor(browser, { viewport: PHONE });
  const page = await guest.page();
  await page.goto(`${town.url}/hall`);
  await box(page).or(page.locator('.find input')).focus();
  await page.keyboard.type('dianshui');
  await options(page).first().waitFor();
  await assertFits(page);
  await page.keyboard.press('ArrowUp');
  assert.equal(await options(page).last().getAttribute('aria-selected'), 'true');
  await page.keyboard.press('Escape');
  await options(page).first().waitFor({ state: 'detached' });
  assert.equal(await box(page).getAttribute('aria-expanded'), 'false');
  assert.equal(await box(page).inputValue(), 'dianshui');
  await page.keyboard.press('ArrowDown');
  await options(page).first().waitFor();
  await page.keyboard.press('Tab');
  await options(page).first().waitFor({ state: 'detached' });
  await page.locator('.find input').focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/hall\?q=dianshui$/);
  assert.match(await page.locator('.shelf').textContent(), /水壶/);
  await guest.close();
});

test('an answer that comes late is not shown, and a refusal is no trouble', async () => {
  const guest = await visitor(browser, { viewport: LAPTOP });
  guest.allowed.push(/status of 429/);
  const page = await guest.page();
  let release;
  const held = new Promise((ok) => (release = ok));
  await page.route(/suggest\?q=dian&/, async (route) => {
    await held;
    await route.continue().catch(() => {});
  });
  await page.goto(`${town.url}/hall`);
  await page.locator('.find input').focus();
  const asked = page.waitForRequest(/suggest\?q=dian&/);
  await page.keyboard.type('dian');
  await asked;
  const stale = page.waitForEvent('requestfailed');
  await page.keyboard.type('fanbao');
  await options(page).first().waitFor();
  assert.match((await stale).url(), /q=dian&/); // it was given up
  release();
  assert.match(await options(page).first().textContent(), /电饭煲/);
  await page.route(/suggest\?q=k/, (route) => route.fulfill({ status: 429, body: '{}' }));
  await page.locator('.find input').fill('');
  const refused = page.waitForResponse(/suggest\?q=k/);
  await page.keyboard.type('k');
  await refused;
  await options(page).first().waitFor({ state: 'detached' });
  await page.keyboard.press('Enter');
  await page.waitForURL(/q=k$/);
  await guest.close();
});

test('without scripts the box is a form', async () => {
  const guest = await visitor(browser, { javaScriptEnabled: false });
  const page = await guest.page();
  await page.goto(`${town.url}/zh/hall`);
  await page.locator('.find input').focus();
  await page.keyboard.type('dsh');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/zh\/hall\?q=dsh$/);
  assert.match(await page.locator('.shelf').textContent(), /水壶/);
  await guest.close();
});

test('on a phone the filters are a sheet; what is chosen is in the address and can be taken back', async () => {
  const guest = await visitor(browser, { viewport: PHONE });
  const page = await guest.page();
  const products = async () => Number(/\d+/.exec(await page.locator('main').getByRole('status').first().textContent())[0]);
  await page.goto(`${town.url}/hall?all=1`);
  const all = await products();
  await page.locator('.open-filters').click();
  await page.locator('.filters:target').waitFor();
  await assertFits(page);
  assert.deepEqual(await axe(page), []);
  const drinks = page.locator('.filters a', { hasText: '饮品与料理' });
  const promised = Number(/\d+/.exec(await drinks.locator('small').textContent())[0]);
  await drinks.click();
  await page.waitForURL(/\/hall\/kinds\/drinks$/);
  await page.locator('h1', { hasText: '饮品与料理' }).waitFor();
  assert.equal(await page.locator('.filters').isVisible(), false);
  assert.equal(await products(), promised);
  assert.ok(promised > 0 && promised < all);

  await page.locator('.open-filters').click();
  await page.locator('.filters .below', { hasText: '电热水壶' }).click(); // the branch is open now
  await page.waitForURL(/\/hall\/kinds\/kettle$/);
  assert.deepEqual(await page.locator('.crumbs li').allTextContents(), ['优品馆', '饮品与料理', '电热水壶']);
  await page.locator('.open-filters').click();
  await page.locator('.filters a', { hasText: '出口' }).click();
  await page.waitForURL(/market=export/);
  await page.locator('.open-filters').click();
  await page.locator('.filters a', { hasText: '100 至 200' }).click();
  await page.waitForURL(/band=3/);
  const chosen = page.locator('.chosen li');
  assert.deepEqual(await chosen.locator('a:not(.plain)').allTextContents(), ['100 至 200', '出口']);

  const shared = page.url(); // another person sees the same
  const found = await products();
  const other = await guest.page();
  await other.goto(shared);
  assert.match(await other.locator('main').getByRole('status').first().textContent(), new RegExp(`\\b${found}\\b`));
  await chosen.locator('a', { hasText: '100 至 200' }).click();
  await page.waitForURL((url) => !url.search.includes('band'));
  assert.deepEqual(await chosen.locator('a').allTextContents(), ['出口']);
  assert.ok((await products()) > found);
  await guest.close();
});

test('the hall greets with its kinds, what is shown next, what is new and its makers', async () => {
  const guest = await visitor(browser, { javaScriptEnabled: false });
  const page = await guest.page();
  await page.goto(`${town.url}/hall`);
  const kinds = page.locator('.directory section');
  assert.ok((await kinds.count()) >= 5);
  for (const what of ['.on-air .show-card', '.makers li', '.shelf .good']) assert.ok((await page.locator(what).count()) >= 3, what);
  const tile = page.locator('.directory li a', { hasText: '电饭煲' });
  const promised = await tile.locator('small').textContent();
  await tile.click();
  await page.waitForURL(/\/hall\/kinds\/rice-cooker$/);
  assert.match(await page.locator('main').getByRole('status').first().textContent(), new RegExp(`\\b${promised}\\b`));
  await guest.close();
});

test('a product is printed black on white, without menus, with its address', async () => {
  const guest = await visitor(browser, { colorScheme: 'dark' });
  const page = await guest.page();
  await page.goto(`${town.url}/hall?q=kettle`);
  await page.locator('.shelf a').first().click();
  await page.waitForURL(/\/hall\/products\//);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  for (const menu of ['.top', '.foot', '.dock', '.buy-bar', '.crumbs', '.shelf'])
    assert.equal(await page.locator(menu).first().isVisible(), false, menu);
  for (const part of ['h1', '.plate img', '.cost .price', '.specs', '.printed'])
    assert.equal(await page.locator(part).first().isVisible(), true, part);
  assert.match(await page.locator('.printed').textContent(), new RegExp(`${new URL(page.url()).pathname}$`));
  const style = (selector, name) => page.$eval(selector, (e, n) => getComputedStyle(e)[n], name);
  assert.deepEqual([await style('body', 'backgroundColor'), await style('body', 'color')],
    ['rgb(255, 255, 255)', 'rgb(0, 0, 0)']);
  for (const text of ['h1', '.specs dt', '.card h2']) {
    const [r, g, b] = (await style(text, 'color')).match(/\d+/g).map(Number);
    assert.ok(r + g + b < 330, `${text} is dark on paper`);
  }
  const pdf = await page.pdf({ format: 'A4' });
  const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g).length;
  assert.ok(pages <= 2, `${pages} pages of paper`);
  await guest.close();
});
