// The server is killed in the middle of a show, as by a power cut, and started again: the encoder comes
// back, those who watch go on, what was said and bought is whole, the recording has a gap and nothing else.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { PHONE, launch, picture, visitor } from './lib/browser.mjs';
import { demo, fillReceiver, logIn } from './lib/demo.mjs';
import { ffmpeg } from './lib/encoders.mjs';
import { Person } from './lib/people.mjs';
import { atEnd } from './lib/process.mjs';
import { until } from './lib/until.mjs';

let town;
let browser;
let encoder;
let host;
const phone = {};

// As a host's encoder does: when it was cut off it tries again.
function keepPublishing() {
  const keeper = { quit: false };
  (async () => {
    while (!keeper.quit) {
      keeper.ffmpeg = ffmpeg(town.publishUrl, { size: '360x640', gop: 50 });
      await keeper.ffmpeg.ended;
      await new Promise((done) => setTimeout(done, 500));
    }
  })();
  keeper.stop = async () => {
    keeper.quit = true;
    await keeper.ffmpeg.kill('SIGTERM');
  };
  return keeper;
}

const segments = async () => {
  const { status, text } = await host.get(`/shows/${town.show}/replay/index.m3u8`);
  return status === 200 ? text.match(/#EXTINF/g).length : 0;
};
const say = async (text) => {
  await phone.page.fill('[data-say] [name="text"]', text);
  await phone.page.press('[data-say] [name="text"]', 'Enter');
  await phone.page.locator('[data-messages] li', { hasText: text }).waitFor();
};

before(async () => {
  browser = await launch();
  town = await demo();
  host = new Person(town);
  await host.login('host', town.passwords.host);
  encoder = keepPublishing();
  await town.log(/live\.published .*stream=show-/);
  const { items } = (await host.get(`/shows/${town.show}/desk`)).body;
  await host.post(`/shows/${town.show}/card`, { item: items[0].id });
  phone.visitor = await visitor(browser, { viewport: PHONE });
  phone.visitor.allowed = [/Failed to load resource/, /WebSocket connection/, /ERR_CONNECTION_REFUSED/, /ERR_INCOMPLETE_CHUNKED/];
  phone.page = await phone.visitor.page();
  await logIn(phone.page, town, 'buyer', `/shows/${town.show}`);
  await until('the picture moves', async () => (await picture(phone.page)).time > 0.5);
  await phone.page.evaluate('globalThis.sameDocument = true');
});

atEnd(async () => {
  await browser.close();
  await encoder.stop();
  await town.check();
  await town.stop();
});

test('killed in mid-show and started again, nothing is lost but a few seconds of picture', async () => {
  for (const text of ['断电之前一', '断电之前二', '断电之前三']) await say(text);
  await phone.page.click('[data-card-buy]');
  const sheet = phone.page.locator('[data-sheet]');
  await sheet.locator('[data-order-form] .buy').waitFor();
  await fillReceiver(sheet);
  await sheet.locator('[data-order-form] .buy').click();
  await sheet.locator('[data-pay-form] .buy').click();
  await sheet.locator('.done').waitFor();
  const order = await sheet.locator('[data-order-link]').getAttribute('href');
  await phone.page.keyboard.press('Escape');
  await until('some is recorded', async () => (await segments()) >= 4, 30_000);
  const kept = await segments();

  await town.process.kill('SIGKILL');
  const { passwords, show } = town;
  town = await demo({ data: town.data, ports: town.ports });
  assert.deepEqual([town.show, town.passwords], [show, passwords], 'the same town');
  host = new Person(town);
  await host.login('host', town.passwords.host);
  await town.log(/live\.published .*stream=show-/, 30_000);

  await until('the picture goes on, on the same page', async () => {
    const before = await picture(phone.page);
    await new Promise((done) => setTimeout(done, 600));
    const after = await picture(phone.page);
    return after.time > before.time + 0.3;
  }, 40_000);
  assert.equal(await phone.page.evaluate('globalThis.sameDocument'), true);
  await host.post(`/shows/${town.show}/chat`, { text: '我们回来了' });
  await phone.page.locator('[data-messages] li', { hasText: '我们回来了' }).waitFor({ timeout: 30_000 });
  await say('断电之后');
  const said = await phone.page.locator('[data-messages] li[data-message]').allInnerTexts();
  for (const text of ['断电之前一', '断电之前二', '断电之前三', '我们回来了', '断电之后'])
    assert.equal(said.filter((line) => line.includes(text)).length, 1, `${text} in ${said}`);

  const bought = await phone.visitor.page();
  await bought.goto(town.url + order);
  assert.ok((await bought.locator('main').innerText()).includes('已付款'));
  await bought.close();

  await until('the recording goes on', async () => (await segments()) >= kept + 3, 40_000);
  const { text } = await host.get(`/shows/${town.show}/replay/index.m3u8`);
  const gap = text.split('#EXT-X-DISCONTINUITY\n');
  assert.equal(gap.length, 2, text);
  assert.ok(gap[0].match(/#EXTINF/g).length >= kept - 1, `at most the last segment is lost: ${kept}\n${text}`);
  await phone.visitor.close();
});
