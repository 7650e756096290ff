// Every page in both languages, on a phone and a laptop, by day and by night: nothing is wider than
// the window, axe-core finds no serious fault, and no text is missing or in the other language.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { LAPTOP, PHONE, assertFits, axe, launch, visitor } from './lib/browser.mjs';
import { demo, fillReceiver, logIn } from './lib/demo.mjs';
import { ffmpeg } from './lib/encoders.mjs';
import { Person } from './lib/people.mjs';
import { atEnd } from './lib/process.mjs';
import { ROOT } from './lib/server.mjs';
import { until } from './lib/until.mjs';

let town;
let encoder;
let browser;
let facts; // ids and slugs of what the pages are about

before(async () => {
  browser = await launch();
  town = await demo({ kind: 'release' });
  encoder = ffmpeg(town.publishUrl);
  await town.log(/live\.published .*stream=show-/);
  const host = await new Person(town).login('host', town.passwords.host);
  const buyer = await new Person(town).login('buyer', town.passwords.buyer);
  const newcomer = { login: 'newcomer', name: 'New', password: 'a long enough password' };
  assert.equal((await buyer.post('/register', newcomer)).status, 200);
  town.passwords.newcomer = newcomer.password;
  const { items } = (await host.get(`/shows/${town.show}`)).body;
  await host.post(`/shows/${town.show}/card`, { item: String(items[0].id) });
  const order = async () => {
    const wish = { sku: String(items[0].sku_id), quantity: '2', show: String(town.show),
      name: '阿棉', phone: '13800000000', address: '浙江省宁波市青石弄 8 号' };
    const key = { 'idempotency-key': `pages-${Math.random()}` };
    return (await buyer.post('/orders', wish, key)).body.order.id;
  };
  const [placed, paid] = [await order(), await order()];
  await buyer.post(`/cashier/${paid}`);
  for (const { sku_id } of items.slice(0, 2)) await buyer.post('/cart', { sku: String(sku_id), quantity: '2' });
  const { live, planned, ended } = (await host.get('/shows')).body;
  assert.deepEqual(live.map((s) => s.id), [town.show]);
  const { kinds } = (await host.get('/hall')).body;
  const { mine } = (await host.get('/settle/statements')).body;
  // What the house has to do with: a held message, a complaint that waits, a desk that was warned.
  const office = await new Person(town).login('operator', town.passwords.operator);
  await buyer.post(`/shows/${town.show}/chat`, { text: '主播有微信吗' });
  const { id: complaint } = (await buyer.post(`/shows/${town.show}/complaints`,
    { about: 'show', kind: 'false', words: '说的和页面写的不一样', contact: '13800000000' })).body;
  const { id: answered } = (await buyer.post(`/shows/${town.show}/complaints`,
    { about: 'show', kind: 'goods', words: '颜色和展示的不一样' })).body;
  for (const deed of ['look', 'answer'])
    await office.post(`/house/complaints/${answered}`, { do: deed, words: '已请商家联系你换货' });
  await office.post(`/house/patrol/${town.show}/warn`, { words: '请说明额定功率' });
  const admin = await new Person(town).login('admin', town.passwords.admin);
  const body = (await admin.get('/letters/bodies')).body.bodies[1].id;
  const bureau = await new Person(town).login('bureau', town.passwords.bureau);
  const verify = `/verify/letters/${(await bureau.get('/suggestions/1')).body.letters[0].code}`;
  facts = { body, verify, complaint, answered, item: items[0], placed, paid, planned: planned[0].id, ended: ended[0].id, kind: kinds[0].slug,
    statement: `/settle/statements/${mine[0].key}/${mine[0].months[0].month}` };
});

atEnd(async () => {
  await browser.close();
  await encoder.kill('SIGTERM');
  await town.stop();
});

// Submits a form with what its own checks in the browser would not let through.
const refused = (form, fields = {}, first = null) => async (page) => {
  if (first) await first(page);
  for (const [selector, value] of Object.entries(fields)) await page.fill(selector, value);
  await page.$eval(form, (f) => (f.noValidate = true));
  await Promise.all([
    page.waitForResponse((r) => r.status() >= 400),
    page.click(`${form} button:not([type="button"])`),
  ]);
  await page.waitForLoadState('load');
  await page.locator('[aria-invalid="true"], [role="alert"]').first().waitFor();
};

// In the order sheet, with an address that is typed instead of a kept one.
const typing = (next) => async (page) => {
  await page.click('label:has([name="address_id"][value="new"])');
  await next(page);
};

// An invoice for a company, which has a tax number.
const asCompany = (next) => async (page) => {
  await page.check('[name="kind"][value="company"]');
  await next(page);
};

// who: null is a stranger. Each page is [address, what is done there first].
const pages = () => {
  const { complaint, answered, item, placed, paid, planned, ended, kind, statement } = facts;
  const form = `/orders/new?sku=${item.sku_id}&quantity=1&show=${town.show}`;
  return [
    [null, [
      ['/'], ['/shows'], [`/shows/${town.show}`, playing], [`/shows/${town.show}`, openTray],
      [`/shows/${planned}`], [`/shows/${ended}`], [`/shows/${town.show}/complain`], ['/complaints'], ['/complaints?number=1&code=x'],
      [`/shows/${town.show}/complain`, refused('.house-complain', { '#words': 'x' })],
      ['/hall'], ['/hall?all=1', openFilters], [`/hall/kinds/${kind}?market=export`], [`/hall?q=no-such-thing`], ['/hall?sort=price&page=3'],
      [`/hall/products/${item.slug}`], [`/hall/products/${item.slug}?show=${town.show}`],
      [`/hall/factories/${item.factory.slug}`],
      ['/login'], ['/login', refused('form[action="/login"]', { '#login': 'nobody' })],
      ['/register'], ['/register', refused('form[action="/register"]', { '#login': '9', '#name': 'x', '#password': 'short' })],
      ['/figures'], ['/figures/products'], ['/figures/products?as_of=2020-01-01'],
      ['/figures/organisations'], ['/figures/base_notice'], ['/figures/products?quote=600%E4%BD%99'],
      ['/floor'], ['/floor/1'], ['/floor/2'], ['/floor/1/A-03'], ['/floor/1/A-07'], ['/floor/2/N-03'],
      [`/hall/products/${item.slug}?label=1`],
      ['/agencies/1'], ['/workdays'], ['/verify/keys'], [facts.verify],
      ['/no/such/page'],
    ]],
    ['buyer', [
      ['/', openMenu], [`/shows/${town.show}`, openSheet], [`/shows/${town.show}`, orderInSheet],
      [`/shows/${town.show}`, payInSheet], [form], [form, typing(refused('[data-order-form]', { '#phone': 'call me' }))],
      [form, refused('[data-order-form]', { '#quantity': '-1' })],
      ['/orders'], ['/orders?state=to_ship'], ['/orders?state=over'], ['/cart'], ['/orders/new?from=cart'], ['/coupons'], [`/orders/${paid}/claims/new`], [`/orders/${paid}/talk`], [`/orders/${paid}/invoice`], [`/orders/${paid}/invoice`, asCompany(refused('.invoice-form', { '#title': 'x', '#tax': '9133' }))], ['/invoices/7'], ['/invoices/8'], [`/orders/${placed}`], [`/orders/${paid}`], [`/cashier/${placed}`], [`/cashier/${paid}`], [`/orders/${paid}/money`],
      ['/me'], ['/desk'], ['/complaints'], [`/complaints/${complaint}`], [`/complaints/${answered}`],
    ]],
    ['host', [['/desk'], ['/shows/new'], ['/shows'], [`/shows/${town.show}/desk`, playing],
      [`/shows/${town.show}/desk`, editPrice], [`/shows/${planned}/desk`], [`/shows/${ended}/desk`], ['/settle/statements'], [statement], ['/settle/rules'], ['/roster']]],
    ['agency', [['/me'], ['/agencies/1'], ['/agencies/1', refused('form[action$="/hosts"]', { '#login': 'nobody-here' })],
      ['/agencies/1/calendar'], ['/agencies/1/campaigns/1'], ['/figures/campaign_sold?of=1'], ['/settle/statements/agency:1']]],
    ['factory', [['/settle/statements'], ['/settle/rules'], ['/floor/labels'], ['/console'], ['/console/orders_pack'], ['/console/photos'], ['/certificates'], ['/certificates/new'], ['/hall/desk'], ['/factory/orders'], ['/factory/orders?state=to_ship'], ['/factory/limits'], ['/factory/openings'], ['/factory/shipping'], ['/factory/shipping/scan'], ['/factory/shipping/scan?order=0'], [`/factory/shipping/scan?order=${paid}`], ['/factory/claims'], ['/factory/invoices'], ['/factory/invoices?state=issued'], ['/factory/invoices?state=over'], ['/invoices/1'], ['/invoices/4'], ['/invoices/5', openInvoice], ['/factory/coupons'], ['/factory/messages'], ['/factory/ratings'], ['/factory/limits?q=%E5%A3%B6'], ['/me'], ['/factory'], ['/factory/edit'],
      ['/factory/edit', refused('form.factory-form', { '#f-phone': '12' })], ['/factory', refused('form[action="/factory/members"]', { '#login': 'nobody' })]]],
    ['operator', [['/floor/desk/1'], ['/floor/desk/1?stand=A-03'], ['/floor/desk/2?stand=N-05'],
      ['/floor/desk/1', refused('form[action$="/place"]', { '#stand-code': 'A-99', '#product': 'x' })],
      ['/floor/desk/1', refused('form[action$="/lines"]', { '#lines': 'A-01 nothing\nA-99' })],
      ['/floor/desk/new'], ['/floor/desk/1/plan'], ['/floor/labels'], ['/floor/labels?hall=2&zone=N'], ['/board'], ['/board/products_lacking'], ['/board/certificates_ending_30'], ['/tasks'], ['/factory/orders'], ['/ship/carriers'], ['/factory/openings'], ['/books'], ['/books/accounts/4'], ['/pay/desk'], ['/pay/merchants'], [`/pay/orders/${paid}`],
      ['/settle/statements'], ['/settle/statements/base'], [`${statement.replace(/host:\d+/, 'base')}`], ['/settle/payouts'], ['/claims/desk'], ['/house/patrol'], ['/house/patrol?wall=1'], ['/house/review'], ['/house/complaints'], [`/house/complaints/${complaint}`], [`/house/complaints/${answered}`], ['/house/words?try=%E8%96%87%E4%BF%A1'], ['/house/words', refused('form[action="/house/words"][method="post"]', { '#add-words': 'x' })], ['/house/words/history'], ['/ratings/desk'], ['/claims/3'], ['/factory/invoices'], ['/invoices/3'],
      ['/settle/rules', openRule],
      ['/settle/rules', refused('.new-rule form', { '.new-rule [name="day"]': '2026-01-01' }, openRule)], [`/orders/${paid}/money`],
      ['/agencies'], ['/agencies?kind=over'], ['/agencies/1', openAll],
      ['/figures'], ['/figures/turnover'], ['/factories'], ['/factories?state=approved'], ['/factories/3'],
      ['/factories/3', openContact], ['/figures/base_area', openForms], ['/figures/new'],
      ['/figures/new', refused('form[action="/figures"]', { '#name': 'X' })]]],
    ['desk', [['/suggestions'], ['/suggestions?what=all&q=%E5%AE%B6%E7%94%B5'], ['/suggestions/new'], ['/suggestions/import'],
      ['/suggestions/1', openAll], ['/suggestions/8', openAll], ['/suggestions/9', openAll], ['/suggestions/10'], ['/letters/sessions'], ['/letters/sessions/2', openAll]]],
    ['bureau', [['/suggestions'], ['/suggestions/1', openAll], ['/suggestions/2', openAll], ['/suggestions/2/draft'], ['/suggestions/1/draft'], ['/suggestions/1/sign', openAll]]],
    ['commerce', [['/suggestions/4/sign']]],
    ['deputy', [['/suggestions'], ['/suggestions/1', openAll], ['/me/second']]],
    ['admin', [['/letters/bodies'], ['/letters/bodies/' + facts.body, openAll], ['/workdays'], ['/workdays?year=2031']]],
    ['newcomer', [['/factory'], ['/factories/register'],
      ['/factories/register', refused('form.factory-form', { '#f-code': '9133', '#f-phone': '1' })], ['/orders']]],
  ];
};

const playing = (page) => page.locator('[data-player].playing').waitFor();

async function openTray(page) {
  if (page.viewportSize().width === PHONE.width) await page.click('[data-open-tray]');
  await page.locator('[data-tray] li').first().waitFor();
}

async function openFilters(page) {
  if (page.viewportSize().width === PHONE.width) await page.click('.open-filters');
  await page.locator('.filters').waitFor();
}

async function openContact(page) {
  await page.fill('#purpose', 'seeing the page');
  await page.click('form[action$="/open"] button');
  await page.locator('[role="status"] .code').waitFor();
}

async function openInvoice(page) {
  if (await page.locator('form[action$="/open"]').count()) await page.click('form[action$="/open"] button');
  await page.locator('#openings').waitFor();
}

async function openForms(page) {
  for (const summary of await page.locator('details.card > summary').all()) await summary.click();
  await page.locator('#goal_number').waitFor();
}

async function openAll(page) {
  for (const summary of await page.locator('main details > summary').all()) await summary.click();
}

async function openRule(page) {
  await page.click('.new-rule > summary');
  await page.locator('.new-rule [name="day"]').waitFor();
}

async function openMenu(page) {
  await page.click('[data-menu] summary');
  await page.locator('[data-menu] a').first().waitFor();
}

async function openSheet(page) {
  await playing(page);
  await page.click('[data-card-buy]');
  await page.locator('[data-sheet] [data-order-form]').waitFor();
}

async function orderInSheet(page) {
  await openSheet(page);
  await fillReceiver(page.locator('[data-sheet]'));
  await page.click('[data-order-form] .buy');
  await page.locator('[data-pay-form]').waitFor();
}

async function payInSheet(page) {
  await orderInSheet(page);
  await page.click('[data-pay-form] .buy');
  await page.locator('[data-sheet] .done').waitFor();
}

async function editPrice(page) {
  await page.click('[data-edit="price"]');
  await page.locator('[data-edit-dialog] #edit-price').waitFor();
}

// Texts of the program in a language, without those that have places for values.
function texts(lang) {
  const departments = readdirSync(join(ROOT, 'town')).map((d) => join(ROOT, 'town', d, 'locales', `${lang}.json`));
  const files = [join(ROOT, 'locales', `${lang}.json`), ...departments.filter((f) => existsSync(f))];
  const all = Object.assign({}, ...files.map((f) => JSON.parse(readFileSync(f, 'utf8'))));
  return { keys: Object.keys(all), all };
}

// What a person reads or hears of a page: its text, and the attributes that are read out or shown;
// what people say to each other apart.
function words(page) {
  return page.evaluate(() => {
    const said = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const own = walker.currentNode.parentElement.closest('[lang]').lang;
      const hidden = walker.currentNode.parentElement.closest('script, style, noscript, .avatar, [data-messages], [data-questions], [data-held-list]');
      if (!hidden && own === document.documentElement.lang) said.push(walker.currentNode.data);
    }
    for (const element of document.querySelectorAll('*'))
      for (const { name, value } of element.attributes)
        if (/^(aria-label|title|alt|placeholder|data-text-.*|data-label|content)$/.test(name)) said.push(value);
    return said.map((s) => s.trim()).filter(Boolean);
  });
}

const HAN = /[\u3400-\u9fff]/;
// Names of people are theirs in every language, and so is what somebody has typed.
const isOfPeople = (text) => /苏禾|陆芷|阿棉|^阿\*$|青禾|周砚|秦岚|慢火煲汤|小满|南风知我|半里|兔子不吃草|揽禾|沈荷|叶澄|方栎|何清|梁砚秋|贺知微|傅致远|程禾|钱初|宋陌|沈一帆|陆文清|江月|顾平|方砚|林素|周满|青瓷焕新周|青石弄|桂影路|3 号楼|合作合同/.test(text)
  // What stands on paper is Chinese: a figure as a letter would print it, and how one is written in a draft.
  || /^Now \S|^One line is one paragraph|^Words of its name/.test(text);

async function assertLanguage(page, lang) {
  assert.equal(await page.getAttribute('html', 'lang'), lang);
  const { keys } = texts('en');
  const said = await words(page);
  const untranslated = said.filter((s) => keys.some((key) => s.includes(key)));
  assert.deepEqual(untranslated, [], `no names of texts on ${page.url()}`);
  assert.deepEqual(said.filter((s) => /\{[a-z_]+\}|undefined|\bNaN\b|\[object/.test(s)), [], page.url());
  if (lang === 'en') {
    const chinese = said.filter((s) => HAN.test(s) && !isOfPeople(s));
    assert.deepEqual(chinese, [], `no Chinese on ${page.url()}`);
  }
}

// Goes through the pages of one person and tells every fault once, with where it was seen.
async function visit(who, list, options, note) {
  const guest = await visitor(browser, options);
  guest.allowed.push(/the server responded with a status of 4/);
  const page = await guest.page();
  if (who) await logIn(page, town, who);
  for (const [path, first] of list) {
    await page.goto(town.url + path);
    await first?.(page);
    const where = `${path}${first ? ` (${first.name || 'refused'})` : ''} as ${who ?? 'a stranger'}`;
    await assertFits(page).catch((error) => note(error.message, where));
    await assertLanguage(page, options.locale).catch((error) => note(error.message, where));
    // Colours take most of the time and are the same in every language.
    if (options.locale !== 'zh-CN') {
      for (const fault of await axe(page, ['wcag2a', 'wcag21a', 'best-practice'])) note(fault, where);
      continue;
    }
    for (const fault of await axe(page)) note(fault, where);
    await page.emulateMedia({ colorScheme: 'dark' });
    for (const fault of await axe(page, ['color-contrast'])) note(`by night: ${fault}`, where);
    await page.emulateMedia({ colorScheme: 'light' });
  }
  await guest.context.close();
  for (const complaint of guest.unexpected()) note(complaint, `some page as ${who}`);
}

for (const locale of ['zh-CN', 'en'])
  for (const viewport of [PHONE, LAPTOP])
    test(`every page in ${locale}, ${viewport.width} px wide`, async () => {
      const faults = new Map();
      const note = (fault, where) => faults.set(fault, [...(faults.get(fault) ?? []), where]);
      const all = pages().map(([who, list]) => visit(who, list, { locale, viewport }, note));
      await Promise.all(all);
      const told = [...faults].map(([fault, where]) => `${fault}\n    on ${where.join(', ')}`);
      assert.equal(told.length, 0, `\n${told.join('\n')}`);
    });

test('the language is switched on the page where one is, and kept; so is the theme', async () => {
  const guest = await visitor(browser);
  const page = await guest.page();
  const address = `${town.url}/hall?kind=${facts.kind}&sort=price`;
  await page.goto(address);
  assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN');
  await page.click('form[action="/language"] button');
  await page.locator('html[lang="en"]').waitFor();
  assert.equal(page.url(), address);
  await page.goto(`${town.url}/shows`);
  await assertLanguage(page, 'en');
  const ink = () => page.evaluate('getComputedStyle(document.body).color');
  const day = await ink();
  await page.click('[data-theme-switch]');
  await until('it is night', async () => (await ink()) !== day);
  await page.reload();
  assert.notEqual(await ink(), day, 'after a reload, too');
  await page.click('[data-theme-switch]');
  await until('it is day again', async () => (await ink()) === day);
  await guest.close();
});
