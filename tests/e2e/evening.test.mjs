// A whole evening: ffmpeg goes live and is pushed on to another platform; on a phone somebody watches,
// asks, gets an answer, takes a coupon, buys in a flash sale, wins a draw; the show leaves a replay, a
// clip and a film. All at the pages that people use.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { PHONE, assertFits, axe, launch, picture, visitor } from './lib/browser.mjs';
import { demo, fillReceiver, logIn } from './lib/demo.mjs';
import { ffmpeg } from './lib/encoders.mjs';
import { certificates, nginx } from './lib/nginx.mjs';
import { Person } from './lib/people.mjs';
import { atEnd, run } from './lib/process.mjs';
import { temporaryFolder } from './lib/server.mjs';
import { until } from './lib/until.mjs';

let town;
let browser;
let platform;
let encoder;
let items;
const host = {};
const phone = {};

const reads = (locator, text) =>
  until(`"${text}" in ${locator}`, async () => (await locator.textContent()).includes(text));
const offer = (n) => host.page.locator('.offer').nth(n);

before(async () => {
  browser = await launch();
  platform = await nginx(certificates(temporaryFolder()));
  town = await demo({ args: ['--push-private'] });
  const clerk = new Person(town);
  await clerk.login('factory', town.passwords.factory);
  const open = (await clerk.get('/factory/coupons')).body.coupons.find((c) => c.state === 'open');
  const given = await clerk.post(`/factory/coupons/${open.id}/hosts`, { host: 'host', pieces: 20 });
  assert.equal(given.status, 200, given.text);
  encoder = ffmpeg(town.publishUrl, { size: '360x640', gop: 50 });
  await town.log(/live\.published .*stream=show-/);
  ({ items } = await (await fetch(`${town.room}.json`)).json());
  host.visitor = await visitor(browser, { viewport: { width: 1280, height: 900 } });
  host.page = await host.visitor.page();
  await logIn(host.page, town, 'host', `/shows/${town.show}/desk`);
  await host.page.locator('[data-run] [data-card] button').first().click();
  phone.visitor = await visitor(browser, { viewport: PHONE });
  phone.page = await phone.visitor.page();
  await logIn(phone.page, town, 'buyer', `/shows/${town.show}`);
  await until('the picture moves', async () => (await picture(phone.page)).time > 0.5);
  for (const { page } of [host, phone]) await page.evaluate('globalThis.sameDocument = true');
});

atEnd(async () => {
  await browser.close();
  await encoder.kill('SIGTERM');
  await platform.process.kill();
  await town.check();
  await town.stop();
});

test('the show is pushed on to another platform, which plays it', async () => {
  const desk = new Person(town);
  await desk.login('host', town.passwords.host);
  await desk.post(`/shows/${town.show}/relay`, { name: 'other', url: `${platform.rtmp}/live`, key: 'evening' });
  const targets = async () => (await desk.get(`/shows/${town.show}/desk`)).body.relay.targets;
  await desk.post(`/shows/${town.show}/relay/${(await targets())[0].id}`, { event: 'on' });
  await until('it is live there', async () => (await targets())[0].state === 'live', 30_000);
  const { code, output } = await run('ffprobe', ['-v', 'error', '-show_streams', `${platform.rtmp}/live/evening`], {
    timeoutMs: 40_000,
  });
  assert.equal(code, 0, output);
  assert.match(output, /codec_name=h264/);
});

test('what is asked on the phone waits at the desk until it is answered', async () => {
  await phone.page.fill('[data-say] [name="text"]', '外壁会烫手吗？');
  await phone.page.press('[data-say] [name="text"]', 'Enter');
  await host.page.click('[data-panel-tab="questions"]');
  const question = host.page.locator('[data-questions] li', { hasText: '外壁会烫手吗' });
  await question.locator('.acts > [data-reply]').click();
  await host.page.fill('[data-say] [name="text"]', '不会，双层的');
  await host.page.press('[data-say] [name="text"]', 'Enter');
  await question.waitFor({ state: 'detached' });
  const answer = phone.page.locator('[data-messages] li').last();
  await reads(answer, '不会，双层的');
  await reads(answer, '@阿棉');
});

test('a message is taken back for everybody, and put back', async () => {
  await host.page.click('[data-panel-tab="talk"]');
  const line = host.page.locator('[data-messages] li', { hasText: '外壁会烫手吗' });
  await line.locator('summary').click();
  await line.locator('[value="retract"]').click();
  const there = phone.page.locator('[data-messages] li', { hasText: '外壁会烫手吗' });
  await there.waitFor({ state: 'detached' });
  await host.page.locator('.toast button').last().click(); // undo
  await there.waitFor();
});

test('in a flash sale the phone buys at its price', async () => {
  const price = phone.page.locator('[data-card-price]');
  const before = await price.textContent();
  await offer(0).locator('summary').click();
  await host.page.fill('#flash-price', '99.50');
  await host.page.fill('#flash-pieces', '3');
  await host.page.fill('#flash-seconds', '600');
  await offer(0).locator('[name="start"]').click();
  await reads(price, '¥99.50');
  await reads(phone.page.locator('[data-card-left]'), '3');
  assert.match(await phone.page.locator('[data-flash-clock]').textContent(), /^(10:00|9:\d\d)$/);
  assert.deepEqual(await axe(phone.page), []);
  await assertFits(phone.page);
  await phone.page.click('[data-flash]');
  const sheet = phone.page.locator('[data-sheet]');
  await sheet.locator('[data-order-form] .buy').waitFor();
  await fillReceiver(sheet);
  await sheet.locator('[data-order-form] .buy').click();
  const pay = sheet.locator('[data-pay-form] .buy');
  await pay.waitFor();
  assert.match(await sheet.locator('[data-order-total]').textContent(), /99\.5/);
  await pay.click();
  await sheet.locator('.done').waitFor();
  await phone.page.keyboard.press('Escape');
  await reads(phone.page.locator('[data-flash-left]'), '2');
  await reads(host.page.locator('[data-offer-list="flash"]'), '剩 2 / 3 件');
  await host.page.locator('[data-offer-list="flash"] button').click();
  await host.page.click('[data-confirm-dialog] [data-answer-yes]');
  await reads(price, before);
});

test('a coupon is given to all and taken once', async () => {
  await offer(1).locator('summary').click();
  await host.page.fill('#coupon-pieces', '5');
  await offer(1).locator('[name="push"]').click();
  const coupon = phone.page.locator('[data-coupon]');
  await coupon.locator('button').click();
  await coupon.waitFor({ state: 'hidden' });
  await reads(host.page.locator('[data-offer-list="coupons"]'), '4 / 5');
});

test('a draw is won, and its prize is on its way', async () => {
  await offer(2).locator('summary').click();
  await host.page.fill('#draw-prizes', '1');
  await host.page.fill('#draw-seconds', '10');
  await offer(2).locator('[name="start"]').click();
  const draw = phone.page.locator('[data-draw]');
  await draw.locator('button').click();
  await reads(draw.locator('[data-draw-state]'), '1 号');
  await phone.page.locator('.toast button').last().click({ timeout: 30_000 }); // you have won: where to?
  await phone.page.waitForURL(`${town.url}/prizes`);
  await assertFits(phone.page);
  await phone.page.locator('form[action^="/prizes/"] button').click();
  await phone.page.waitForURL(/\/orders\/\d+$/);
  const order = await phone.page.locator('main').innerText();
  for (const part of [items[0].title, '¥0', '已付款']) assert.ok(order.includes(part), `${part} in:\n${order}`);
  assert.equal(await host.page.evaluate('globalThis.sameDocument'), true, 'the desk never loaded anew');
});

test('the show leaves a replay, a clip and a film', async () => {
  await host.page.click('.desk > header .menu > summary');
  await host.page.click('form[action$="/end"] button');
  await host.page.click('[data-confirm-dialog] [data-answer-yes]');
  const person = new Person(town);
  await person.login('host', town.passwords.host);
  const page = await until('its clip is cut', async () => {
    const { body } = await person.get(`/shows/${town.show}`);
    return body.replay?.clips?.length > 0 && body;
  }, 40_000);
  await phone.page.goto(town.room);
  await phone.page.evaluate(() => (document.querySelector('video').muted = true));
  await phone.page.click('[data-start]');
  await until('the replay plays', async () => (await picture(phone.page)).time > 0.5, 20_000);
  const answer = await fetch(town.url + page.replay.clips[0].film, {
    headers: { authorization: `Bearer ${person.token}` },
  });
  const path = join(town.data, 'clip.mp4');
  writeFileSync(path, Buffer.from(await answer.arrayBuffer()));
  const said = execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'stream=codec_name', '-of', 'csv=p=0', path], {
    encoding: 'utf8',
  });
  assert.deepEqual(said.trim().split('\n').sort(), ['aac', 'h264']);
});
