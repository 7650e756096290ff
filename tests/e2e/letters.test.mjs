// A suggestion 248 of this year in a browser, one account a body: registered, examined, assigned, accepted, opinions, a talk, a
// draft whose numbers are figures, checked, countersigned, signed with a second factor, numbered, sealed, sent, rated, closed.
// Then somebody who has only the paper finds the evidence by its code, and what is withdrawn later changes "now" and not "then".
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { LAPTOP, PHONE, assertFits, axe, launch, visitor } from './lib/browser.mjs';
import { demo, logIn } from './lib/demo.mjs';
import { Person } from './lib/people.mjs';
import { atEnd } from './lib/process.mjs';
import { temporaryFolder } from './lib/server.mjs';

const TITLE = '关于小镇展示窗口延伸到镇里的建议';
const TEXT = `您的建议收到了。我局会同市自然资源和规划局、市财政局作了研究，现答复如下：
一、展示窗口
（一）入馆情况。目前有[[factories|200余家]]厂商的[[products|600余款]]产品入馆。
（二）建设情况。基地于[[opening_day|2021年2月23日]]启用，面积[[base_area|约6000平方米]]。
二、空间与资金
市自然资源和规划局意见：西区规划面积[[west_zone_area|4.81平方公里]]，布局不变。市财政局意见：累计下拨[[town_subsidy|830万元]]。
感谢您的建议。`;

const people = {};
let town;
let browser;
let path; // of the suggestion
let code; // of the letter's verification page

const sent = (page, click) => Promise.all([page.waitForNavigation(), click()]);
const json = async (page, where) =>
  (await page.request.get(town.url + where, { headers: { accept: 'application/json' } })).json();
const state = async () => (await json(people.desk, path)).suggestion.state;

// RFC 6238 over a key in base32.
function totp(key, at = Date.now()) {
  const bits = [...key.replace(/\s|=/g, '')].map((c) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const secret = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac('sha1', secret).update(step).digest();
  const value = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(value % 1_000_000).padStart(6, '0');
}

async function enter(login, viewport = LAPTOP) {
  const page = await (await visitor(browser, { viewport })).page();
  await logIn(page, town, login, '/suggestions');
  people[login] = page;
}

// A form of the case's page by its event, with what is to be filled in, and sent.
async function act(login, event, fields = {}, root = 'main') {
  const page = people[login];
  await page.goto(town.url + path);
  const form = page.locator(`${root} form`, {
    has: page.locator(`input[name="do"][value="${event}"], button[name="do"][value="${event}"]`),
  }).first();
  for (const details of await form.locator('xpath=ancestor::details').all())
    if (!(await details.evaluate((d) => d.open))) await details.locator('summary').first().click();
  for (const [name, value] of Object.entries(fields)) {
    const field = form.locator(`[name="${name}"]`).first();
    if (await field.evaluate((f) => f.tagName === 'SELECT')) await field.selectOption(value);
    else await field.fill(value);
  }
  const named = form.locator(`button[name="do"][value="${event}"]`);
  await sent(page, () => ((async () => (await named.count()) ? named.click() : form.locator('button').last().click())()));
  assert.equal(await page.locator('.note.bad').count(), 0, await page.locator('main').innerText());
}

before(async () => {
  browser = await launch();
  town = await demo();
  for (const login of ['desk', 'bureau', 'signer', 'land', 'finance']) await enter(login);
  await enter('deputy', PHONE);
});

atEnd(async () => {
  await browser.close();
  await town.check();
  await town.stop();
});

test('the desk registers and assigns it', async () => {
  const page = people.desk;
  await page.goto(`${town.url}/suggestions`);
  await assertFits(page);
  assert.deepEqual(await axe(page), []);
  await page.click('a[href="/suggestions/new"]');
  await page.selectOption('#session', { label: '市人大十八届六次会议' });
  await page.fill('#number', '248');
  await page.fill('#title', TITLE);
  await page.fill('#deputies', '沈一帆,周溪代表团,deputy');
  await page.fill('#text', '建议把优品馆的展区延伸到镇里，并说明空间和资金怎么保障。');
  await sent(page, () => page.click('form[action="/suggestions"] button.primary'));
  path = new URL(page.url()).pathname;
  assert.match(path, /^\/suggestions\/\d+$/);
  await act('desk', 'examine');
  await page.goto(town.url + path);
  await page.selectOption('#lead', { label: '云溪市经济和信息化局' });
  for (const name of ['云溪市自然资源和规划局', '云溪市财政局'])
    await page.locator('.letters-checks label', { hasText: name }).locator('input').check();
  await sent(page, () => page.locator('form', { has: page.locator('#lead') }).locator('button').click());
  assert.equal(await state(), 'assigned');
});

test('its deadline says how it was reckoned', async () => {
  const page = people.bureau;
  await page.goto(town.url + path);
  await assertFits(page);
  assert.deepEqual(await axe(page), []);
  const clock = page.locator('.letters-clock').first();
  await clock.locator('summary').click();
  assert.ok((await clock.locator('.letters-steps li').count()) >= 3);
  const day = await clock.locator('h2 time').getAttribute('datetime');
  assert.equal(day, (await json(page, path)).suggestion.reply_day);
});

test('co-handlers give opinions, and the lead talks with the deputy', async () => {
  await act('bureau', 'accept');
  await act('land', 'opinion', { words: '西区规划面积与布局不变。' });
  await act('bureau', 'talk', { words: '当面听取了代表意见。' });
  const page = people.bureau;
  await page.goto(town.url + path);
  assert.ok(await page.locator('button[value="submit"]').isDisabled()); // nothing was drafted, an opinion is missing
  await act('finance', 'opinion', { words: '资金已下达，见台账。' });
});

test('a draft whose numbers are figures', async () => {
  const page = people.bureau;
  await page.goto(`${town.url}${path}/draft`);
  await page.fill('#title', '对第248号建议的答复');
  await page.fill('#addressee', '沈一帆代表');
  await page.fill('#text', `${TEXT.replace('[[products|600余款]]', '[[products|900余款]]')}\n另有展位3456个。`);
  await page.fill('#copies', '市人大代表工委，市财政局');
  await page.selectOption('#class', { index: 1 });
  await page.locator('[data-look-part]', { hasText: '900余款' }).waitFor();
  await page.locator('[data-look-part]', { hasText: '3456' }).waitFor();
  await page.fill('#text', TEXT);
  await sent(page, () => page.locator('.draft-bar button.primary').click());
  const look = await json(page, `${path}/draft`);
  assert.equal(look.draft.version, 1);
  await assertFits(page);
  assert.deepEqual(await axe(page), []);
  const pdf = await page.request.get(`${town.url}${path}/draft.pdf`);
  assert.equal(pdf.status(), 200);
});

test('checked and countersigned', async () => {
  await act('bureau', 'submit');
  await act('bureau', 'pass');
  await act('land', 'countersign');
  assert.equal(await state(), 'countersigning');
  await act('finance', 'countersign');
  assert.equal(await state(), 'signing');
});

test('signed with a second factor, numbered, sealed, sent', async () => {
  const signer = people.signer;
  await signer.goto(`${town.url}${path}/sign`);
  await signer.click('a[href^="/me/second"]');
  await signer.fill('#password', town.passwords.signer);
  await sent(signer, () => signer.click('form[action="/me/second/begin"] button'));
  const key = await signer.locator('.key code').innerText();
  await signer.fill('#code', totp(key));
  await sent(signer, () => signer.click('form[action="/me/second/prove"] button'));
  await signer.goto(`${town.url}${path}/sign`);
  await assertFits(signer);
  assert.deepEqual(await axe(signer), []);
  await signer.fill('#password', town.passwords.signer);
  await signer.fill('#code', totp(key, Date.now() + 30_000)); // a code works once: the next one
  await sent(signer, () => signer.click(`form[action="${path}/sign"] button`));
  assert.equal(await state(), 'signed');
  for (const [step, after] of [['number', 'numbered'], ['seal', 'sealed'], ['send', 'sent']]) {
    const page = people.bureau;
    await page.goto(`${town.url}${path}/sign`);
    await sent(page, () => page.click(`form[action="${path}/${step}"] button`));
    assert.equal(await state(), after, await page.locator('main').innerText());
  }
});

test('the deputy reads it on a phone and is satisfied', async () => {
  const page = people.deputy;
  await page.goto(town.url + path);
  await assertFits(page);
  assert.deepEqual(await axe(page), []);
  const link = page.locator('a[href$="/paper.pdf"]').first();
  const pdf = await page.request.get(town.url + (await link.getAttribute('href')));
  const file = join(temporaryFolder(), 'letter.pdf');
  writeFileSync(file, await pdf.body());
  const text = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }).replace(/\s/g, '');
  assert.match(text, /200余家厂商的600余款产品/);
  assert.match(text, /云经信建〔20\d\d〕\d+号/);
  execFileSync('pdftoppm', ['-r', '150', '-png', file, file]);
  const { pages } = /Pages: +(?<pages>\d+)/.exec(execFileSync('pdfinfo', [file], { encoding: 'utf8' })).groups;
  const scanned = execFileSync('zbarimg', ['-q', '--raw', `${file}-${pages}.png`], { encoding: 'utf8' });
  code = /\/verify\/letters\/(\w+)/.exec(scanned)[1];
  await page.goto(town.url + path);
  await page.locator('input[name="rating"][value="satisfied"]').check();
  await sent(page, () => page.locator('form', { has: page.locator('input[value="satisfied"]') }).locator('button').click());
  await act('desk', 'close');
  assert.equal(await state(), 'followed'); // nothing was promised
});

test('a narrow window shows the step that a case is at, without a script too', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const page = await (await visitor(browser, { viewport: PHONE, javaScriptEnabled })).page();
    await logIn(page, town, 'bureau', path);
    const seen = await page.locator('.letters-way').evaluate((way) => {
      const step = way.querySelector('[aria-current]').getBoundingClientRect();
      return { at: step.left, to: step.right, width: innerWidth, moved: way.scrollLeft };
    });
    assert.ok(seen.moved > 0 && seen.at >= 0 && seen.to <= seen.width, JSON.stringify(seen));
    await page.close();
  }
});

test('whoever has only the paper opens each public figure; now moves on, then does not', async () => {
  const stranger = await (await visitor(browser, { viewport: PHONE, locale: 'en' })).page();
  await stranger.goto(`${town.url}/verify/letters/${code}`);
  await assertFits(stranger);
  assert.deepEqual(await axe(stranger), []);
  const figure = (page) => page.figures.find((f) => f.name === 'products');
  const was = figure(await json(stranger, `/verify/letters/${code}`));
  const evidence = await stranger.request.get(town.url + was.href);
  assert.equal(evidence.status(), 200);
  const office = await new Person(town).login('operator', town.passwords.operator);
  const { evidence: rows } = (await office.get('/figures/products')).body;
  const { status, text } = await office.post(`/hall/desk/products/${rows[0].id}/move`, { event: 'withdraw' });
  assert.equal(status, 200, text);
  const is = figure(await json(stranger, `/verify/letters/${code}`));
  assert.equal(is.value, was.value);
  assert.notEqual(is.now, was.now);
});
