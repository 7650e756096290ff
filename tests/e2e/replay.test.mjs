// A show and what is left of it: ffmpeg publishes, cards move, the show ends; the replay plays in
// Chromium with talk and cards in time, the clip on its product's page, the film in ffprobe.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { assertFits, axe, launch, LAPTOP, picture, PHONE, visitor } from './lib/browser.mjs';
import { demo, logIn } from './lib/demo.mjs';
import { ffmpeg } from './lib/encoders.mjs';
import { Person } from './lib/people.mjs';
import { atEnd } from './lib/process.mjs';
import { until } from './lib/until.mjs';

let town;
let browser;
let host;
let items;

async function show(item) {
  const { status, text } = await host.post(`/shows/${town.show}/card`, { item });
  assert.equal(status, 200, text);
}

async function recorded() {
  const { status, text } = await host.get(`/shows/${town.show}/replay/index.m3u8`);
  return status === 200 ? text.match(/#EXTINF/g).length : 0;
}

const more = async (n) => {
  const had = await recorded();
  await until(`${n} more segments`, async () => (await recorded()) >= had + n, 30_000);
};

before(async () => {
  browser = await launch();
  town = await demo({ kind: 'asan' });
  host = new Person(town);
  await host.login('host', town.passwords.host);
  const buyer = new Person(town);
  await buyer.login('buyer', town.passwords.buyer);
  ({ body: { items } } = await host.get(`/shows/${town.show}/desk`));
  const encoder = ffmpeg(town.publishUrl, { size: '360x640', gop: 50 });
  await more(1);
  await show(items[0].id);
  await buyer.post(`/shows/${town.show}/chat`, { text: '第一件好不好用' });
  await more(3);
  await show(items[1].id);
  await buyer.post(`/shows/${town.show}/chat`, { text: '第二件有几种颜色' });
  await more(3);
});

atEnd(async () => {
  await browser.close();
  await town.check();
  await town.stop();
});

test('the clip is on the product page in mid-show, and plays there', async () => {
  const guest = await visitor(browser, { viewport: PHONE });
  const page = await guest.page();
  await until('the clip is there', async () => {
    await page.goto(`${town.url}/hall/products/${items[0].slug}`);
    return (await page.locator('.clips video').count()) > 0;
  }, 20_000);
  const clip = page.locator('.clips video').first();
  await clip.evaluate((v) => { v.muted = true; return v.play(); });
  await until('its picture moves', () => clip.evaluate((v) => v.currentTime > 0.5 && v.videoWidth > 0));
  const seconds = await clip.evaluate((v) => v.duration);
  assert.ok(seconds > 3 && seconds < 30, `${seconds} s`);
  assert.deepEqual(guest.unexpected(), []);
  await guest.close();
});

test('the replay plays with talk and cards in time, and seeking moves all', async () => {
  const { status, text } = await host.post(`/shows/${town.show}/end`);
  assert.equal(status, 200, text);
  const guest = await visitor(browser, { viewport: PHONE });
  const page = await guest.page();
  await until('both clips are there', async () => {
    await page.goto(town.room);
    return (await page.locator('[data-clip]').count()) === 2;
  }, 30_000);
  await page.evaluate(() => (document.querySelector('video').muted = true));
  await page.click('[data-start]');
  await until('the picture moves', async () => (await picture(page)).time > 0.5);

  await page.click('[data-open-tray]');
  await page.locator('[data-clip] a').first().click();
  const title = page.locator('[data-card-title]');
  await until('the first card is shown', async () => (await title.textContent()) === items[0].title);
  await until('and what was said of it', async () =>
    (await page.locator('[data-messages]').textContent()).includes('第一件好不好用'));
  assert.ok(!(await page.locator('[data-messages]').textContent()).includes('第二件'), 'not what came later');

  await page.click('[data-open-tray]');
  await page.locator('[data-clip] a').last().click();
  await until('the second card is shown', async () => (await title.textContent()) === items[1].title);
  await until('with its question', async () =>
    (await page.locator('[data-messages]').textContent()).includes('第二件有几种颜色'));

  await page.evaluate(() => {
    const seek = document.querySelector('[data-seek]');
    seek.value = 0;
    seek.dispatchEvent(new Event('change'));
  });
  await until('back at its beginning nothing is shown', () => page.locator('[data-showing]').isHidden());
  await until('nor said', async () => (await page.locator('[data-messages] li').count()) === 0);
  assert.deepEqual(guest.unexpected(), []);
  await guest.close();
});

test('the film of the show and of a clip hold in ffprobe', async () => {
  const page = (await host.get(`/shows/${town.show}`)).body;
  for (const href of [page.replay.films[0].href, page.replay.clips[0].film]) {
    const answer = await fetch(town.url + href, { headers: { authorization: `Bearer ${host.token}` } });
    assert.equal(answer.status, 200);
    const path = join(town.data, 'film.mp4');
    writeFileSync(path, Buffer.from(await answer.arrayBuffer()));
    const said = execFileSync('ffprobe', ['-v', 'error', '-count_frames', '-select_streams', 'v', '-show_entries',
      'stream=nb_read_frames:format=duration', '-of', 'csv=p=0', path], { encoding: 'utf8', stdio: 'pipe' });
    const [frames, seconds] = said.trim().split('\n').map(Number);
    assert.ok(seconds > 3 && Math.abs(frames / 25 - seconds) < 0.5, said);
  }
});

test('the list of past shows has its cover', async () => {
  const guest = await visitor(browser);
  const page = await guest.page();
  await until('its cover', async () => {
    await page.goto(`${town.url}/shows`);
    return page.locator(`img[src="/shows/${town.show}/thumb"]`).count();
  }, 30_000);
  const wide = await page.locator(`img[src="/shows/${town.show}/thumb"]`).first().evaluate(async (img) => {
    img.loading = 'eager';
    await img.decode();
    return img.naturalWidth;
  });
  assert.equal(wide, 360);
  await guest.close();
});

test('the pages fit, and can be used by everybody', async () => {
  const { replay } = (await host.get(`/shows/${town.show}`)).body;
  for (const [viewport, locale, colorScheme] of [[PHONE, 'zh-CN', 'light'], [LAPTOP, 'en-US', 'dark']]) {
    const guest = await visitor(browser, { viewport, locale, colorScheme });
    const page = await guest.page();
    await logIn(page, town, 'operator');
    for (const path of [`/shows/${town.show}`, replay.clips[0].href, `/hall/products/${items[0].slug}`, '/recordings']) {
      await page.goto(town.url + path);
      await assertFits(page);
      assert.deepEqual(await axe(page), [], path);
    }
    await guest.close();
  }
});

test('the base holds a recording back, and lets it go', async () => {
  const office = await visitor(browser, { viewport: PHONE });
  const page = await office.page();
  await logIn(page, town, 'operator', '/recordings');
  await page.locator('.recording-do summary').first().click();
  await page.fill('[name="why"]', '消协调取');
  await page.locator('.recording-do form button').first().click();
  await until('it says so', async () => (await page.locator('.recordings').textContent()).includes('消协调取'));
  assert.equal(await page.locator('.recordings .chip.warn').count(), 1);
  await office.close();
});
