// Watching the demo's show in a browser: the picture moves, comes at once, survives the loss of its
// encoder, and the card says what the picture shows. The release build and the demo's own encoder,
// since both are what somebody who tries the demo meets.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { before, test } from 'node:test';
import { launch, picture, visitor } from './lib/browser.mjs';
import { demo } from './lib/demo.mjs';
import { ffmpeg } from './lib/encoders.mjs';
import { FlvViewer } from './lib/flv.mjs';
import { atEnd } from './lib/process.mjs';
import { until, within } from './lib/until.mjs';

const FIRST_PICTURE_MS = 1000;
const LOADS = 7;
const SCENE_MS = 20_000; // longer than any scene of the demo's show

let town;
let browser;

before(async () => {
  browser = await launch();
  town = await demo({ kind: 'release', encoder: true });
  await town.log(/live\.published .*stream=show-/, 120_000);
});

atEnd(async () => {
  await browser.close();
  await town.stop();
});

// Resolves when the page's picture has gone on by so many frames and seconds from now.
async function moves(page, frames = 40, seconds = 1.5, timeoutMs = 15_000) {
  const from = await picture(page);
  return until(
    `the picture moves on from ${JSON.stringify(from)}`,
    async () => {
      const now = await picture(page);
      return now.frames >= from.frames + frames && now.time >= from.time + seconds && now;
    },
    timeoutMs,
  );
}

// The encoder's process id: the demo's only child.
function encoderPid() {
  const tasks = `/proc/${town.process.pid}/task`;
  const children = readdirSync(tasks).flatMap((t) =>
    readFileSync(`${tasks}/${t}/children`, 'utf8').split(' ').filter(Boolean).map(Number));
  return children.find((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'ffmpeg\n');
}

test('the picture really moves, and stays near the live edge', async () => {
  const guest = await visitor(browser);
  const page = await guest.page();
  await page.goto(town.room);
  await until('a first frame', async () => (await picture(page)).frames > 0);
  const later = await moves(page, 60, 2.5);
  assert.ok(later.width >= 640 && later.height >= 360, `${later.width} x ${later.height}`);
  assert.equal(later.paused, false);
  assert.ok(later.behind < 4, `${later.behind} s behind the newest frame`);
  assert.equal(await page.locator('[data-state]').isVisible(), false, 'no notice lies over it');
  await guest.close();
});

test('the first picture is there within a second of opening the page', async () => {
  const times = [];
  for (let i = 0; i < LOADS; i++) {
    const guest = await visitor(browser); // nothing cached: a stranger
    // A frame that the page presents, by the page's own clock, which starts with the navigation.
    await guest.context.addInitScript(() => {
      globalThis.firstPicture = new Promise((seen) => {
        new MutationObserver((_, observer) => {
          const video = document.querySelector('video');
          if (!video) return;
          observer.disconnect();
          video.requestVideoFrameCallback(() => seen(performance.now()));
        }).observe(document, { childList: true, subtree: true });
      });
    });
    const page = await guest.page();
    await page.goto(town.room, { waitUntil: 'commit' });
    times.push(Math.round(await within('a first frame', page.evaluate('firstPicture'), 15_000)));
    await guest.close();
  }
  times.sort((a, b) => a - b);
  console.log(`# first picture, ms: ${times.join(' ')}`);
  const median = times[(LOADS - 1) / 2];
  assert.ok(median <= FIRST_PICTURE_MS, `median ${median} ms of ${times}`);
});

test('the encoder killed and restarted: the picture goes on without a reload', async () => {
  const guest = await visitor(browser);
  const page = await guest.page();
  const opened = [];
  page.on('request', (r) => r.url().endsWith('.flv') && opened.push(r.url()));
  await page.goto(town.room);
  await until('a first frame', async () => (await picture(page)).frames > 0);
  await page.evaluate('globalThis.sameDocument = true');
  const viewer = await FlvViewer.open(`${town.url}/live/${town.stream}.flv`);
  await viewer.sees(25);

  const from = town.logged;
  const killed = encoderPid();
  process.kill(killed, 'SIGKILL');
  await town.log(/live\.encoder_lost .*stream=show-/, 10_000, from);
  await town.log(/live\.published .*stream=show-/, 30_000, from);
  assert.notEqual(encoderPid(), killed);

  await viewer.sees(50, 20_000);
  assert.ok(!viewer.isEnded, 'the open connection goes on');
  assert.equal(viewer.backwards, 0);
  viewer.close();
  await moves(page, 50, 2, 20_000);
  assert.equal(await page.evaluate('globalThis.sameDocument'), true, 'the page was not loaded anew');
  assert.equal(opened.length, 1, 'nor was the stream opened anew');
  await guest.close();
});

test("somebody's own encoder takes the show over, and gives it back, without a reload", async () => {
  const guest = await visitor(browser);
  const page = await guest.page();
  await page.goto(town.room);
  await until('a first frame', async () => (await picture(page)).frames > 0);
  await page.evaluate('globalThis.sameDocument = true');
  const { width } = await picture(page);
  const own = ffmpeg(town.publishUrl, { size: '480x270' });
  await until('their picture', async () => (await picture(page)).width === 480, 20_000);
  await moves(page, 75, 3);
  assert.equal((await picture(page)).width, 480, 'and theirs it stays');
  await own.kill('SIGTERM');
  await until("the demo's picture", async () => (await picture(page)).width === width, 30_000);
  await moves(page);
  assert.equal(await page.evaluate('globalThis.sameDocument'), true, 'the page was not loaded anew');
  assert.equal(await page.locator('[data-state]').isVisible(), false);
  await guest.close();
});

test('where the stream as it is cannot be played, the page goes on by HLS', async () => {
  const guest = await visitor(browser);
  await guest.context.route('**/*.flv', (route) =>
    route.fulfill({ contentType: 'video/x-flv', body: 'something that is no picture at all' }));
  const page = await guest.page();
  const segments = [];
  page.on('response', (r) => r.url().includes('.m4s') && segments.push(r.status()));
  await page.goto(town.room);
  await until('a first frame', async () => (await picture(page)).frames > 0, 20_000);
  await moves(page);
  assert.ok(segments.length > 0 && segments.every((status) => status === 200), `${segments}`);
  assert.equal(await page.locator('[data-state]').isVisible(), false);
  await guest.close();
});

test('the card follows the picture of the encoder', async () => {
  const guest = await visitor(browser);
  const page = await guest.page();
  await page.goto(town.room);
  await until('a first frame', async () => (await picture(page)).frames > 0);
  // Scenes fade through black: the darkest frame is where the picture goes on to the next product.
  await page.evaluate(() => {
    const card = document.querySelector('[data-showing]');
    const video = document.querySelector('video');
    const canvas = new OffscreenCanvas(32, 18);
    const drawing = canvas.getContext('2d', { willReadFrequently: true });
    globalThis.frames = [];
    globalThis.cards = [];
    const sample = () => {
      drawing.drawImage(video, 0, 0, 32, 18);
      const { data } = drawing.getImageData(0, 0, 32, 18);
      const light = data.reduce((sum, value, i) => (i % 4 === 3 ? sum : sum + value), 0);
      frames.push({ at: performance.now(), light: light / (32 * 18 * 3) });
      video.requestVideoFrameCallback(sample);
    };
    video.requestVideoFrameCallback(sample);
    new MutationObserver(() => {
      const { shown } = card.dataset;
      const title = card.querySelector('[data-card-title]').textContent;
      if (shown !== cards.at(-1)?.shown) cards.push({ at: performance.now(), shown, title });
    }).observe(card, { attributes: true, attributeFilter: ['data-shown'] });
  });
  await until('the card changes twice', () => page.evaluate('cards.length >= 2'), 3 * SCENE_MS);
  await moves(page); // some frames after the change, too
  const { cards, frames } = await page.evaluate('({ cards, frames })');
  const { items } = await (await fetch(`${town.room}.json`)).json();
  const positions = cards.map((c) => items.findIndex((i) => i.id === Number(c.shown)));
  assert.equal(positions[1], (positions[0] + 1) % items.length, 'in the order of the show');
  assert.deepEqual(cards.map((c) => c.title), positions.map((p) => items[p].title));
  const bright = Math.max(...frames.map((f) => f.light));
  const dark = frames.filter((f) => f.light < bright / 4).map((f) => f.at);
  const apart = Math.min(...dark.map((at) => Math.abs(at - cards[1].at)));
  assert.ok(apart < 2500, `card and picture change ${Math.round(apart)} ms apart`);
  await guest.close();
});
