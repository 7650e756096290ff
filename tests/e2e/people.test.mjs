// Coming in by a code to one's phone and keeping addresses, on a phone: with scripts and without
// them, in both languages, light and dark.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { PHONE, LAPTOP, assertFits, axe, launch, visitor } from './lib/browser.mjs';
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

// The last code that the demo has printed for a phone.
async function codeFor(phone) {
  const pattern = new RegExp(`SMS to ${phone}: (\\d{6})`, 'g');
  await town.log(new RegExp(`SMS to ${phone}: \\d{6}`));
  return [...town.process.output.matchAll(pattern)].at(-1)[1];
}

async function askForCode(page, phone) {
  await page.fill('#phone', phone);
  await page.click('form[action="/login/code"] button');
  await page.locator('#code').waitFor();
}

async function enterCode(page, code) {
  await page.fill('#code', code);
  await page.click('form[action="/login/phone"] button');
}

async function assertGood(page) {
  await assertFits(page);
  assert.deepEqual(await axe(page), []);
}

const another = (code) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

test('the demo says that codes are printed', () => {
  assert.match(town.process.output, /by a code to any phone .*codes are printed here/);
});

test('a new phone becomes a buyer, who goes on where they were and may set a password', async () => {
  const guest = await visitor(browser, { viewport: PHONE });
  guest.allowed = [/status of 422/]; // the wrong code
  const page = await guest.page();
  await page.goto(`${town.url}/cart`);
  await page.waitForURL(/\/login\?next=/);
  await assertGood(page);
  await askForCode(page, '13955550001');
  await assertGood(page);
  const code = await codeFor('13955550001');
  assert.equal(await page.locator('#code').getAttribute('autocomplete'), 'one-time-code');
  assert.ok(!(await page.locator('main').innerText()).includes('13955550001'), 'it is masked');
  const again = page.locator('[data-again-do]');
  assert.equal(await again.isDisabled(), true, 'another one has to wait');
  assert.match(await page.locator('[data-again-left]').textContent(), /^\d+$/);

  await enterCode(page, another(code));
  await page.getByText('验证码不对或已失效').waitFor();
  await assertGood(page);
  await enterCode(page, code);
  await page.waitForURL(`${town.url}/cart`);

  await page.goto(`${town.url}/me`);
  assert.ok((await page.locator('main').innerText()).includes('139****0001'));
  await page.fill('#password', 'a-new-password');
  await page.click('form[action="/me/password"] button');
  await page.waitForURL(/\/me$/);
  await page.locator('#current').waitFor();

  const later = await visitor(browser);
  const at = await later.page();
  await at.goto(`${town.url}/login?next=/me`);
  await at.fill('#login', '13955550001');
  await at.fill('#password', 'a-new-password');
  await at.click('form[action="/login"] button');
  await at.waitForURL(/\/me$/);
  await later.close();
  await guest.close();
});

test('without scripts the wait is read, and asking too early is answered', async () => {
  const guest = await visitor(browser, { viewport: PHONE, locale: 'en', javaScriptEnabled: false });
  guest.allowed = [/status of 429/];
  const page = await guest.page();
  await page.goto(`${town.url}/login?next=/me`);
  await askForCode(page, '13955550002');
  const text = await page.locator('main').innerText();
  assert.match(text, /Another one can be sent in 60 seconds\./);
  await page.click('[data-again-do]');
  await page.getByText('less than a minute ago').waitFor();
  await enterCode(page, await codeFor('13955550002'));
  await page.waitForURL(/\/me$/);
  await guest.close();
});

test("the demo's buyer comes in by a code and finds two addresses", async () => {
  const guest = await visitor(browser, { viewport: PHONE, locale: 'en', colorScheme: 'dark' });
  const page = await guest.page();
  await page.goto(`${town.url}/login?next=/account/addresses`);
  await askForCode(page, '13800000000');
  await enterCode(page, await codeFor('13800000000'));
  await page.waitForURL(/\/account\/addresses$/);
  await assertGood(page);
  const cards = page.locator('main section.card');
  assert.equal(await cards.count(), 2);
  assert.match(await cards.first().innerText(), /138\*{4}0000[^]*Default[^]*Zhejiang/);
  assert.ok(!(await page.content()).includes('13800000000'), 'phones are masked in the list');
  await guest.close();
});

// Keeps, changes, prefers and deletes an address; `script`: a question is asked before deleting, and
// axe-core can look, which is a script itself.
async function walkAddresses(page, script) {
  const cards = page.locator('main section.card');
  const had = await cards.count();
  const card = (text) => cards.filter({ hasText: text });
  await page.click('a[href="/account/addresses/new"]');
  await page.fill('#name', '沈荷');
  await page.fill('#phone', '13900001234');
  await page.selectOption('#province', { label: '江苏省' });
  await page.fill('#detail', '苏州市桂影巷 6 号');
  if (script) await assertGood(page);
  await page.click('main form.form .primary');
  await page.waitForURL(/\/account\/addresses$/);
  assert.equal(await cards.count(), had + 1);
  assert.match(await card('江苏省苏州市桂影巷 6 号').innerText(), /139\*{4}1234/);

  await card('桂影巷 6 号').getByRole('link').click();
  await page.waitForURL(/\/account\/addresses\/\d+$/);
  assert.equal(await page.inputValue('#phone'), '13900001234');
  await page.fill('#detail', '苏州市桂影巷 7 号');
  await page.click('main form.form .primary');
  await page.waitForURL(/\/account\/addresses$/);

  await card('桂影巷 7 号').locator('form[action$="/default"] button').click();
  await cards.first().filter({ hasText: '桂影巷 7 号' }).waitFor();
  assert.match(await cards.first().innerText(), /默认/);
  assert.equal(await cards.getByText('默认', { exact: true }).count(), 1);

  await card('桂影巷 7 号').locator('form[action$="/delete"] button').click();
  if (script) await page.locator('[data-confirm-dialog] [data-answer-yes]').click();
  await card('桂影巷 7 号').waitFor({ state: 'detached' });
  assert.equal(await cards.count(), had);
  if (script) await assertGood(page);
}

test('a buyer keeps, changes and deletes addresses on a phone', async () => {
  const buyer = await visitor(browser, { viewport: PHONE });
  const page = await buyer.page();
  await logIn(page, town, 'buyer', '/account/addresses');
  await walkAddresses(page, true);
  await buyer.close();
});

test('and on a laptop without scripts', async () => {
  const buyer = await visitor(browser, { viewport: LAPTOP, javaScriptEnabled: false });
  const page = await buyer.page();
  await logIn(page, town, 'buyer', '/account/addresses');
  await walkAddresses(page, false);
  await buyer.close();
});

test('a form that is not filled in says all that is missing', async () => {
  const buyer = await visitor(browser, { viewport: PHONE, locale: 'en', colorScheme: 'dark' });
  buyer.allowed = [/status of 422/];
  const page = await buyer.page();
  await logIn(page, town, 'buyer', '/account/addresses/new');
  await page.$eval('main form.form', (form) => (form.noValidate = true));
  await page.click('main form.form .primary');
  await page.locator('#detail-note.error').waitFor();
  assert.equal(await page.locator('main .error').count(), 4);
  await assertGood(page);
  await buyer.close();
});
