// A show is pushed on to other platforms: to real ones (nginx with its RTMP module, plain and behind
// TLS), to one that refuses, one that drops it, one that stops reading; and the show goes on.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { launch, visitor } from './lib/browser.mjs';
import { demo, logIn as logInto } from './lib/demo.mjs';
import { ffmpeg } from './lib/encoders.mjs';
import { FlvViewer } from './lib/flv.mjs';
import { certificates, nginx } from './lib/nginx.mjs';
import { atEnd, run } from './lib/process.mjs';
import { temporaryFolder } from './lib/server.mjs';
import { until } from './lib/until.mjs';

let town;
let encoder;
let platform;
let slow; // another one, that stops reading
let host;

async function logIn(login) {
  const answer = await fetch(`${town.url}/login`, {
    method: 'POST', headers: { Accept: 'application/json' },
    body: new URLSearchParams({ login, password: town.passwords[login] }),
  });
  assert.equal(answer.status, 200);
  const { token } = await answer.json();
  const headers = { Accept: 'application/json', Authorization: `Bearer ${token}` };
  const ask = async (path, fields) => {
    const reply = await fetch(town.url + path, {
      headers, ...(fields ? { method: 'POST', body: new URLSearchParams(fields) } : {}),
    });
    const body = await reply.json();
    assert.equal(reply.status, 200, `${path}: ${JSON.stringify(body)}`);
    return body;
  };
  return ask;
}

const targets = async () => (await host(`/shows/${town.show}/desk`)).relay.targets;
const named = async (name) => (await targets()).find((t) => t.name === name);
const act = (target, event) => host(`/shows/${town.show}/relay/${target.id}`, { event });

async function push(name, url, key) {
  await host(`/shows/${town.show}/relay`, { name, url, key });
  await act(await named(name), 'on');
}

const becomes = (name, state, more = {}, ms = 30_000) =>
  until(`${name} is ${state} ${JSON.stringify(more)}`, async () => {
    const found = await named(name);
    const is = found.state === state && Object.entries(more).every(([k, v]) => found[k] === v);
    if (!is) throw new Error(JSON.stringify(found));
    return found;
  }, ms);

async function plays(url) {
  const { code, output } = await run(
    'ffprobe', ['-v', 'error', '-of', 'json', '-show_streams', url], { timeoutMs: 40_000 },
  );
  assert.equal(code, 0, output);
  const { streams } = JSON.parse(output.slice(output.indexOf('{')));
  const kinds = Object.fromEntries(streams.map((s) => [s.codec_type, s]));
  assert.deepEqual([kinds.video.codec_name, kinds.video.width, kinds.audio.codec_name], ['h264', 640, 'aac']);
}

before(async () => {
  const tls = certificates(temporaryFolder());
  platform = await nginx(tls);
  slow = await nginx(tls);
  town = await demo({ args: ['--push-private', '--push-ca', tls.ca] });
  host = await logIn('host');
  encoder = ffmpeg(town.publishUrl, { size: '640x360', kbps: 1500 });
  await town.log(/live\.published .*stream=show-/);
});

atEnd(async () => {
  await encoder.kill('SIGTERM');
  await town.stop();
  await slow.process.kill();
  await platform.process.kill();
});

test('two platforms at once, one of them over TLS, play what the encoder sends', async () => {
  await push('plain', `${platform.rtmp}/live`, 'one?sign=a%2Fb');
  await push('safe', `${platform.rtmps}/live`, 'two');
  await becomes('plain', 'live');
  await becomes('safe', 'live');
  await Promise.all([plays(`${platform.rtmp}/live/one`), plays(`${platform.rtmp}/live/two`)]);
  const live = await until('a rate', async () => {
    const found = await named('safe');
    return found.kbps > 100 && found;
  });
  assert.equal(live.reconnects, 0);
  assert.equal((await town.metrics()).get('guildhall_pushes{state="live"}'), 2);
});

test('the desk says how each platform is doing, and what to change, without being loaded anew', async () => {
  const browser = await launch();
  try {
    const page = await (await visitor(browser)).page();
    await logInto(page, town, 'host', `/shows/${town.show}/desk`);
    await page.evaluate('globalThis.sameDocument = true');
    const { id } = await named('plain');
    const state = page.locator(`[data-relay-target="${id}"] [data-relay-state]`);
    const reads = (locator, pattern) =>
      until(`${pattern} on the desk`, async () => pattern.test(await locator.innerText()));
    await reads(state, /^(Live|推流中)$/);
    await until('it is dropped', () => platform.drop('one'));
    await reads(page.locator(`[data-relay-target="${id}"] [data-relay-also]`), /once|1 次/);
    await reads(page.locator('[data-advice]'), /upright|竖屏/); // 640 by 360
    assert.equal(await page.locator('.qr').count(), 0);
    await page.locator('details:has([data-feed-codes]) summary').click();
    await page.click('[data-feed-codes]');
    await page.locator('dialog.feed-dialog .qr').first().waitFor();
    await page.locator('dialog.feed-dialog form button').click();
    await until('the codes are gone', async () => (await page.locator('.qr').count()) === 0);
    assert.equal(await page.evaluate('globalThis.sameDocument'), true);
  } finally {
    await browser.close();
  }
  await becomes('plain', 'live');
});

test('a certificate of nobody that is known ends in words, and nothing is sent', async () => {
  const other = await nginx(certificates(temporaryFolder()));
  try {
    await push('forged', `${other.rtmps}/live`, 'key');
    const found = await becomes('forged', 'retry', { why: 'tls' });
    assert.match(found.words, /certificate|证书/);
    await push('not-by-name', platform.rtmps.replace('localhost', '127.0.0.1') + '/live', 'key');
    await becomes('not-by-name', 'retry', { why: 'tls' });
  } finally {
    await act(await named('forged'), 'remove');
    await act(await named('not-by-name'), 'remove');
    await other.process.kill();
  }
});

test('a platform that refuses is said to, and tried a few times', async () => {
  await push('closed', `${platform.rtmp}/closed`, 'key');
  await becomes('closed', 'retry');
  await becomes('closed', 'refused', {}, 60_000);
  await act(await named('closed'), 'remove');
});

test('a platform that drops the show every few seconds gets it again, and is counted', async () => {
  for (let round = 1; round <= 3; round += 1) {
    await becomes('plain', 'live', {}, 40_000);
    await until('it is dropped', () => platform.drop('one'));
    await becomes('plain', 'retry');
    assert.equal((await named('plain')).reconnects, round + 1);
  }
  await becomes('plain', 'live', {}, 40_000);
  await plays(`${platform.rtmp}/live/one`);
  assert.equal((await named('safe')).reconnects, 0, 'the others notice nothing');
});

test('a platform that takes nothing is left, and no viewer notices', async () => {
  await push('slow', `${slow.rtmp}/live`, 'three');
  await becomes('slow', 'live');
  process.kill(slow.process.pid, 'SIGSTOP');
  try {
    const viewer = await FlvViewer.open(`${town.url}/live/${town.stream}.flv`);
    const found = await becomes('slow', 'retry', { why: 'stalled' }, 90_000);
    assert.equal(found.reconnects, 1);
    await viewer.sees(200);
    assert.ok(viewer.gap <= 80, `no frame is missing: largest step ${viewer.gap} ms`);
    viewer.close();
    const { health } = await host(`/shows/${town.show}/desk`);
    assert.deepEqual([health.on_air, health.dropped], [true, 0]);
  } finally {
    process.kill(slow.process.pid, 'SIGCONT');
  }
  await becomes('slow', 'live', {}, 90_000);
});

test('the encoder is lost and comes back: the platforms go on with it', async () => {
  await encoder.kill('SIGKILL');
  const from = town.logged;
  encoder = ffmpeg(town.publishUrl, { size: '640x360', kbps: 1500 });
  await town.log(/live\.published .*stream=show-/, 10_000, from);
  await becomes('safe', 'live');
  await plays(`${platform.rtmp}/live/two`);
});

test('the server dies in mid-show: on restart the wish is kept, the encoder brings the picture', async () => {
  const { data, ports, show, passwords, publishUrl, stream } = town;
  await town.process.kill('SIGKILL');
  town = await demo({ data, ports, args: town.command.slice(town.command.indexOf('--push-private')) });
  Object.assign(town, { show, passwords, publishUrl, stream });
  host = await logIn('host');
  await becomes('safe', 'waiting');
  await encoder.kill('SIGKILL');
  encoder = ffmpeg(town.publishUrl, { size: '640x360', kbps: 1500 });
  await becomes('safe', 'live');
  await plays(`${platform.rtmp}/live/two`);
});

test('switched off, the platform is told at once', async () => {
  await act(await named('safe'), 'off');
  await until('nobody publishes there', async () => !(await platform.drop('two')));
  assert.equal((await named('safe')).state, 'off');
});
