// Two browsers at one show: what the host does at the desk is seen by those who watch, at once and
// without loading anything anew; and what is said is said to everybody, as text.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { PHONE, launch, picture, visitor } from './lib/browser.mjs';
import { demo, logIn } from './lib/demo.mjs';
import { ffmpeg } from './lib/encoders.mjs';
import { atEnd } from './lib/process.mjs';
import { until } from './lib/until.mjs';

let town;
let encoder;
let browser;
let items;
const host = {}; // visitor and page: at the desk
const guest = {}; // and before the picture

async function publish() {
  const from = town.logged;
  encoder = ffmpeg(town.publishUrl);
  await town.log(/live\.published .*stream=show-/, 10_000, from);
}

before(async () => {
  browser = await launch();
  town = await demo();
  await publish();
  ({ items } = await (await fetch(`${town.room}.json`)).json());
  host.visitor = await visitor(browser);
  host.page = await host.visitor.page();
  await logIn(host.page, town, 'host', '/desk');
  await host.page.click(`a[href="/shows/${town.show}/desk"]`);
  guest.visitor = await visitor(browser, { viewport: PHONE });
  guest.page = await guest.visitor.page();
  await logIn(guest.page, town, 'buyer', `/shows/${town.show}`);
  for (const { page } of [host, guest]) await page.evaluate('globalThis.sameDocument = true');
});

atEnd(async () => {
  await browser.close();
  await encoder.kill('SIGTERM');
  await town.stop();
});

const row = (item) => host.page.locator(`[data-run] [data-item="${item.id}"]`);
const card = (part) => guest.page.locator(`[data-card-${part}]`);
const reads = (locator, text) =>
  until(`"${text}" in ${locator}`, async () => (await locator.textContent()).includes(text));

async function assertSameDocuments() {
  for (const { page } of [host, guest])
    assert.equal(await page.evaluate('globalThis.sameDocument'), true, 'nothing was loaded anew');
}

test('the card follows the host: shown, next, taken back, taken down', async () => {
  assert.equal(await guest.page.locator('[data-showing]').isVisible(), false, 'nothing is shown yet');
  await row(items[2]).locator('[data-card] button').click();
  await reads(card('title'), items[2].title);
  await reads(card('price'), `¥${items[2].price.fen / 100}`);
  await reads(guest.page.locator('[data-seller-name]'), items[2].factory.name);
  assert.match(await card('picture').getAttribute('src'), new RegExp(items[2].slug));
  await reads(host.page.locator('[data-now-title]'), items[2].title);

  await host.page.locator('[data-now] form:has([value="next"]) button').click();
  await reads(card('title'), items[3].title);
  await host.page.locator('.toast button').last().click(); // undo
  await reads(card('title'), items[2].title);
  await host.page.locator('[data-now] form:has([value="0"]) button').click();
  await guest.page.locator('[data-showing]').waitFor({ state: 'hidden' });
  await row(items[0]).locator('[data-card] button').click();
  await reads(card('title'), items[0].title);
  assert.equal(await guest.page.locator('[data-showing]').isVisible(), true);
  await assertSameDocuments();

  const late = await visitor(browser, { locale: 'en' });
  const page = await late.page();
  await page.goto(town.room);
  const english = await (await fetch(`${town.room}.json`, { headers: { 'accept-language': 'en' } })).json();
  assert.equal(await page.locator('[data-card-title]').textContent(), english.items[0].title);
  await late.close();
});

test('a new price and more stock are seen by those who watch', async () => {
  const dialog = host.page.locator('[data-edit-dialog]');
  await host.page.click('[data-edit="price"]');
  await dialog.locator('#edit-price').fill('66.60');
  await dialog.locator('.primary').click();
  await dialog.getByText('低于平时价的一半').waitFor(); // a slip of the finger? It is asked once
  assert.notEqual(await card('price').innerText(), '¥66.60');
  await dialog.locator('.primary').click();
  await reads(card('price'), '¥66.60');
  await reads(row(items[0]).locator('[data-price]'), '¥66.60');
  await host.page.click('[data-edit="stock"]');
  await dialog.locator('#edit-stock').fill('7');
  await dialog.locator('.primary').click();
  await reads(card('left'), String(items[0].left + 7));
  await reads(host.page.locator('[data-now-left]'), String(items[0].left + 7));
  await assertSameDocuments();
});

test('what one says the other reads, as text and nothing else', async () => {
  const asked = '这个有现货吗 <img src=x onerror="window.hurt = 1"><b>b</b><script>hurt = 1</script> {{ csrf }}';
  const said = (page) => page.locator('[data-messages] li').last();
  await guest.page.fill('[data-say] [name="text"]', asked);
  await guest.page.press('[data-say] [name="text"]', 'Enter');
  await reads(said(host.page), asked);
  await reads(said(guest.page), asked);
  await host.page.fill('[data-say] [name="text"]', '有的 <i>今晚发</i>');
  await host.page.press('[data-say] [name="text"]', 'Enter');
  await reads(said(guest.page), '有的 <i>今晚发</i>');
  assert.match(await said(guest.page).locator('b').first().textContent(), /苏禾/);
  assert.equal(await said(guest.page).getAttribute('class'), 'host', 'the crew is marked');
  await assertSameDocuments();

  const late = await visitor(browser); // who reads it from the page and not from the socket
  const page = await late.page();
  await page.goto(town.room);
  await reads(page.locator('[data-messages]'), asked);
  for (const reader of [host.page, guest.page, page]) {
    const made = '[data-messages] :is(img, script, i), [data-messages] b b';
    assert.equal(await reader.locator(made).count(), 0, 'no element came out of a text');
    assert.equal(await reader.evaluate('typeof window.hurt'), 'undefined');
  }
  await late.close();
});

test('the page says that it waits while the encoder is away, and goes on by itself', async () => {
  const notice = guest.page.locator('[data-state]');
  await until('a first frame', async () => (await picture(guest.page)).frames > 0);
  await notice.waitFor({ state: 'hidden' });
  await encoder.kill('SIGKILL');
  await notice.waitFor({ state: 'visible' });
  await reads(notice, '画面暂停');
  assert.equal(await guest.page.locator('[data-showing]').isVisible(), true, 'the card stays');
  const late = await visitor(browser); // comes meanwhile
  const page = await late.page();
  late.allowed.push(/\.flv/); // a stream that is over is 404, and asked for again
  await page.goto(town.room);
  await reads(page.locator('[data-state]'), '画面暂停');
  const { frames } = await picture(guest.page);
  await publish();
  await notice.waitFor({ state: 'hidden' });
  await page.locator('[data-state]').waitFor({ state: 'hidden' });
  await until('both move', async () =>
    (await picture(guest.page)).frames > frames + 40 && (await picture(page)).frames > 40);
  await assertSameDocuments();
  await late.close();
});

test('who waits before a show sees it begin, and so does its host, without a reload', async () => {
  const { planned } = await (await fetch(`${town.url}/shows.json`)).json();
  const next = planned.find((s) => s.host.name === '苏禾');
  const early = await visitor(browser);
  const page = await early.page();
  await page.goto(`${town.url}/shows/${next.id}`);
  await page.evaluate('globalThis.sameDocument = true');
  await reads(page.locator('[data-state]'), '还没有开始');
  assert.equal(await page.locator('.stage-top .chip.live').isVisible(), false);
  const desk = await host.visitor.page();
  await desk.goto(`${town.url}/shows/${next.id}/desk`);
  const field = (id) => desk.locator(id).inputValue(); // what the host pastes into an encoder
  const own = ffmpeg(`${await field('#feed-server')}/${await field('#feed-key')}`);
  await until('the picture moves', async () => (await picture(page)).frames > 40, 15_000);
  await page.locator('[data-state]').waitFor({ state: 'hidden' });
  await page.locator('.stage-top .chip.live').waitFor();
  assert.equal(await page.locator('[data-viewers]').isVisible(), true);
  await until('the desk counts the time', async () =>
    /^0:\d\d$/.test(await desk.locator('[data-clock]').innerText()));
  assert.equal(await desk.locator('[data-when-planned]').count(), 0);
  assert.equal(await page.evaluate('globalThis.sameDocument'), true);
  await own.kill('SIGTERM');
  await early.close();
  await desk.close();
});

test('the end of the show is told to those who watch', async () => {
  await host.page.click('.desk > header .menu > summary');
  await host.page.click('form[action$="/end"] button');
  await host.page.click('[data-confirm-dialog] .danger');
  const notice = guest.page.locator('[data-state]');
  await reads(notice, '已结束');
  assert.equal(await guest.page.locator('.stage-top .chip.live').isVisible(), false);
  assert.equal((await fetch(`${town.room}.json`).then((r) => r.json())).show.status, 'ended');
  await guest.page.reload(); // it was recorded: from now on the page is its replay
  await guest.page.locator(`[data-replay="${town.show}"]`).waitFor();
  await host.visitor.close();
  await guest.visitor.close();
});
