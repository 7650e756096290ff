// Encoders in, players out: what people really use on both sides, against the real program.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { before, test } from 'node:test';
import WebSocket from 'ws';
import { launch, picture, visitor } from './lib/browser.mjs';
import { ffmpeg, gstreamer } from './lib/encoders.mjs';
import { FlvReader, FlvViewer } from './lib/flv.mjs';
import { Process, atEnd, run } from './lib/process.mjs';
import { synthetic } from './lib/rtmp.mjs';
import { Town, temporaryFolder } from './lib/server.mjs';
import { pause, until, within } from './lib/until.mjs';

let town;
let encoder;

before(async () => {
  town = await Town.start({ args: ['--open-publish'] });
  encoder = ffmpeg(`${town.rtmp}/main?key=any`);
  await town.log(/live\.published .*stream=main/);
});

atEnd(async () => {
  await encoder.kill('SIGTERM');
  await town.stop();
});

async function probe(url, more = []) {
  const { code, output } = await run(
    'ffprobe',
    ['-v', 'error', '-of', 'json', '-show_streams', ...more, url],
    { timeoutMs: 40_000 },
  );
  assert.equal(code, 0, output);
  const { streams } = JSON.parse(output.slice(output.indexOf('{')));
  const byType = Object.fromEntries(streams.map((s) => [s.codec_type, s]));
  assert.equal(byType.video?.codec_name, 'h264');
  assert.equal(byType.audio?.codec_name, 'aac');
  return byType;
}

test('HTTP-FLV: ffmpeg publishes, a viewer gets whole tags in order from a keyframe', async () => {
  const viewer = await FlvViewer.open(`${town.url}/live/main.flv`);
  assert.equal(viewer.status, 200);
  assert.match(viewer.response.headers['content-type'], /^video\/x-flv/);
  await viewer.sees(60);
  assert.equal(viewer.flags, 5, 'the header says sound and picture');
  assert.ok(viewer.audio > 20, 'there is sound');
  assert.equal(viewer.backwards, 0, 'times never go back');
  assert.ok(viewer.gap <= 80, `no frame is missing: largest step ${viewer.gap} ms`);
  viewer.close();
});

test('ffprobe reads HTTP-FLV', async () => {
  const { video } = await probe(`${town.url}/live/main.flv`);
  assert.deepEqual([video.width, video.height], [320, 180]);
});

test('ffprobe reads RTMP', async () => {
  const { video } = await probe(`${town.rtmp}/main`);
  assert.deepEqual([video.width, video.height], [320, 180]);
});

test('ffmpeg decodes HLS without a complaint', async () => {
  const url = `${town.url}/live/main/index.m3u8`;
  await until('a playlist', async () => (await fetch(url)).ok, 15_000);
  await probe(url);
  const { code, output } = await run(
    'ffmpeg',
    ['-v', 'warning', '-nostdin', '-i', url, '-t', '4', '-f', 'null', '-'],
    { timeoutMs: 40_000 },
  );
  assert.equal(code, 0, output);
  assert.doesNotMatch(output, /error|invalid|non-monoton|corrupt/i);
});

test('WebSocket-FLV: each message is whole tags', async () => {
  const socket = new WebSocket(`${town.url.replace('http', 'ws')}/live/main.flv`);
  const reader = new FlvReader();
  await within(
    '40 frames over WebSocket',
    new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('closed')));
      socket.on('message', (bytes, binary) => {
        try {
          assert.ok(binary);
          reader.push(bytes);
          assert.equal(reader.pending.length, 0, 'a message ends where a tag does');
        } catch (error) {
          reject(error);
        }
        if (reader.frames >= 40) resolve();
      });
    }),
  );
  socket.removeAllListeners('close');
  socket.close();
  assert.ok(reader.audio > 0);
  assert.equal(reader.backwards, 0);
});

test('rtmpdump plays', async () => {
  const file = join(temporaryFolder(), 'dump.flv');
  const dump = new Process('rtmpdump', ['--live', '-r', `${town.rtmp}/main`, '-o', file]);
  let reader;
  await until('rtmpdump has written some seconds', () => {
    reader = new FlvReader();
    reader.push(readFileSync(file));
    return reader.frames > 60;
  }, 20_000);
  await dump.kill('SIGINT');
  assert.ok(reader.audio > 40);
  assert.equal(reader.backwards, 0);
});

test('mpv plays, over RTMP and HTTP-FLV', async () => {
  for (const url of [`${town.rtmp}/main`, `${town.url}/live/main.flv`]) {
    const player = new Process(
      'mpv',
      ['--no-config', '--vo=null', '--ao=null', '--untimed=no', '--term-status-msg=at ${=time-pos} drop ${frame-drop-count}',
        '--msg-level=all=status', '--length=3', url],
      { name: 'mpv' },
    );
    const end = await within(`mpv plays ${url}`, player.ended, 30_000);
    assert.equal(end.code, 0, player.output);
    const times = [...player.output.matchAll(/at (\d+\.\d+)/g)].map((m) => Number(m[1]));
    assert.ok(Math.max(...times) - Math.min(...times) > 2, `the time moves\n${player.output}`);
  }
});

test('GStreamer publishes what ffprobe and a viewer can read', async () => {
  const from = town.logged;
  const gst = gstreamer(`${town.rtmp}/gst?key=any`);
  try {
    await town.log(/live\.published .*stream=gst/, 15_000, from);
    const viewer = await FlvViewer.open(`${town.url}/live/gst.flv`);
    await viewer.sees(50);
    viewer.close();
    assert.equal(viewer.backwards, 0);
    await probe(`${town.url}/live/gst.flv`);
  } finally {
    await gst.kill('SIGINT');
  }
});

test('hls.js plays in the browser: the picture moves', async () => {
  const browser = await launch();
  const guest = await visitor(browser);
  const script = readFileSync(createRequire(import.meta.url).resolve('hls.js'), 'utf8');
  await guest.context.route('**/hls-player', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><link rel="icon" href="data:,"><video muted autoplay></video>
        <script src="/hls-script"></script><script>
        const h = new Hls(); h.loadSource('/live/main/index.m3u8');
        h.attachMedia(document.querySelector('video'));
        h.on(Hls.Events.ERROR, (_, d) => d.fatal && console.error('hls: ' + d.details));
        document.querySelector('video').play();</script>`,
    }),
  );
  await guest.context.route('**/hls-script', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: script }),
  );
  const page = await guest.page();
  await page.goto(`${town.url}/hls-player`);
  const first = await until('a first frame', async () => {
    const now = await picture(page);
    return now.frames > 0 && now;
  }, 20_000);
  const later = await until('the picture moves', async () => {
    const now = await picture(page);
    return now.frames >= first.frames + 50 && now.time > first.time + 1.5 && now;
  });
  assert.deepEqual([later.width, later.height], [320, 180]);
  await guest.close();
  await browser.close();
});

test('viewers survive the loss of the encoder and go on when it returns', async () => {
  const first = ffmpeg(`${town.rtmp}/lost?key=any`);
  const from = town.logged;
  await town.log(/live\.published .*stream=lost/, 10_000, from);
  const viewer = await FlvViewer.open(`${town.url}/live/lost.flv`);
  await viewer.sees(30);
  await first.kill('SIGKILL');
  await town.log(/live\.encoder_lost .*stream=lost/, 10_000, from);
  const killed = performance.now();
  // Near the end of the grace of 15 s: the viewer is still there, without having seen anything.
  const frames = viewer.frames;
  await pause(12_000 - (performance.now() - killed));
  assert.ok(!viewer.isEnded, 'the viewer waits');
  assert.ok(viewer.frames - frames < 10);
  const headers = viewer.headers;
  const second = ffmpeg(`${town.rtmp}/lost?key=any`, { size: '480x270' });
  await viewer.sees(60, 15_000);
  assert.equal(viewer.backwards, 0, 'times go on where they were');
  assert.ok(viewer.headers > headers, "the new encoder's sequence header came with its frames");
  viewer.close();
  await second.kill('SIGTERM');
});

test('a stream whose encoder stays away ends for its viewers', async () => {
  const publisher = await synthetic(town.ports.rtmp, 'gone');
  const viewer = await FlvViewer.open(`${town.url}/live/gone.flv`);
  await viewer.sees(10);
  publisher.stop();
  await within('the viewer is told the end', viewer.ended, 25_000);
  assert.equal((await fetch(`${town.url}/live/gone.flv`)).status, 404);
});

test('a publisher that returns takes over from its stale connection', async () => {
  const from = town.logged;
  const stale = await synthetic(town.ports.rtmp, 'taken');
  const viewer = await FlvViewer.open(`${town.url}/live/taken.flv`);
  await viewer.sees(20);
  const fresh = await synthetic(town.ports.rtmp, 'taken');
  await stale.raw.end(5000);
  await town.log(/live\.publisher_dropped .*stream=taken/, 5000, from);
  await viewer.sees(50);
  assert.equal(viewer.backwards, 0);
  assert.ok(!viewer.isEnded);
  viewer.close();
  fresh.stop();
});

test('a viewer that stops reading is jumped to a keyframe, then dropped, and slows nobody', async () => {
  // 8 Mbit/s: what is kept for the slow falls behind within seconds.
  const publisher = await synthetic(town.ports.rtmp, 'fat', { size: 40_000 });
  const from = town.logged;
  const jumps = (await town.metrics()).get('guildhall_keyframe_jumps_total');
  const good = await FlvViewer.open(`${town.url}/live/fat.flv`);
  const slow = await FlvViewer.open(`${town.url}/live/fat.flv`);
  const dead = await FlvViewer.open(`${town.url}/live/fat.flv`);
  await Promise.all([good.sees(25), slow.sees(25), dead.sees(25)]);
  dead.pause();
  slow.pause();
  await pause(16_000); // longer than the log is kept
  slow.resume();
  await slow.sees(30);
  assert.ok(slow.gap > 2000, `it jumped ${slow.gap} ms`);
  assert.equal(slow.backwards, 0);
  assert.ok((await town.metrics()).get('guildhall_keyframe_jumps_total') > jumps);
  await town.log(/follow\.dropped/, 30_000, from);
  const seen = good.frames;
  await good.sees(50, 5000);
  assert.ok(good.gap <= 120, `the other viewer saw no gap: ${good.gap} ms, ${seen} frames before`);
  assert.equal(good.backwards, 0);
  dead.close();
  slow.close();
  good.close();
  publisher.stop();
});

test('an unknown stream is 404, in FLV, HLS and over WebSocket', async () => {
  assert.equal((await fetch(`${town.url}/live/nobody.flv`)).status, 404);
  assert.equal((await fetch(`${town.url}/live/nobody/index.m3u8`)).status, 404);
  assert.equal((await fetch(`${town.url}/live/..%2f..%2fetc%2fpasswd.flv`)).status, 404);
  const socket = new WebSocket(`${town.url.replace('http', 'ws')}/live/nobody.flv`);
  const status = await new Promise((resolve) => {
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode));
    socket.on('error', () => {});
  });
  assert.equal(status, 404);
});
