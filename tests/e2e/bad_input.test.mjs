// What bad input gets: the one connection is answered or closed and counted, nothing else notices.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, test } from 'node:test';
import { FlvViewer } from './lib/flv.mjs';
import { atEnd } from './lib/process.mjs';
import { Raw, httpRaw } from './lib/raw.mjs';
import { Rtmp, amf, chunks, synthetic } from './lib/rtmp.mjs';
import { Town } from './lib/server.mjs';
import { pause, within } from './lib/until.mjs';

let town; // knows no keys: nobody may publish
let open; // takes any key, and has a stream with a viewer that must never notice a thing
let publisher;
let witness;

before(async () => {
  town = await Town.start();
  open = await Town.start({ args: ['--open-publish'] });
  publisher = await synthetic(open.ports.rtmp, 'steady');
  witness = await FlvViewer.open(`${open.url}/live/steady.flv`);
  await witness.sees(10);
});

atEnd(async () => {
  await witness.sees(25);
  assert.equal(witness.backwards, 0);
  assert.ok(witness.gap <= 200, `the viewer noticed: a gap of ${witness.gap} ms`);
  witness.close();
  publisher.stop();
  await town.stop();
  await open.stop();
});

const errors = async () => (await open.metrics()).get('guildhall_rtmp_errors_total');

// Sends bytes to the RTMP port after a handshake (unless raw); the connection must end and count.
async function closesAndCounts(what, bytes, { raw = false, connect = false } = {}) {
  const before = await errors();
  const rtmp = await Rtmp.connect(open.ports.rtmp);
  if (connect) await rtmp.connectApp();
  else if (!raw) await rtmp.handshake();
  rtmp.raw.write(bytes);
  await within(`${what} is closed`, rtmp.raw.closed, 10_000);
  assert.ok((await errors()) > before, `${what} is counted`);
}

test('RTMP: garbage instead of a handshake', async () => {
  await closesAndCounts('garbage', randomBytes(8192), { raw: true });
  await closesAndCounts('HTTP', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'.padEnd(4096, 'x'), { raw: true });
});

test('RTMP: absurd chunk sizes', async () => {
  for (const size of [0, 0xffffffff]) {
    const body = Buffer.alloc(4);
    body.writeUInt32BE(size);
    await closesAndCounts(`chunk size ${size}`, chunks({ csid: 2, type: 1, body }));
  }
});

test('RTMP: a message of 16 MiB is refused before its bytes are taken', async () => {
  const head = Buffer.from([3, 0, 0, 0, 0xff, 0xff, 0xff, 20, 0, 0, 0, 0]);
  await closesAndCounts('a huge command', head);
});

test('RTMP: a chunk that continues nothing', async () => {
  await closesAndCounts('fmt 3 first', Buffer.from([0xc7, 0, 0, 0, 0]));
});

test('RTMP: hostile AMF', async () => {
  const deep = Buffer.concat([
    amf.string('connect'), amf.number(1),
    ...Array.from({ length: 1000 }, () => Buffer.from([3, 0, 1, 0x61])),
  ]);
  await closesAndCounts('a thousand objects deep', chunks({ type: 20, body: deep }));
  const cut = amf.command('connect', 1, { app: 'live' }).subarray(0, 20);
  await closesAndCounts('AMF cut short', chunks({ type: 20, body: cut }));
  const long = Buffer.concat([amf.string('connect'), amf.number(1), Buffer.from([12, 0xff, 0xff, 0xff, 0xff])]);
  await closesAndCounts('a string of 4 GiB', chunks({ type: 20, body: long }));
});

test('RTMP: random bytes after connect', async () => {
  for (let i = 0; i < 20; i++) {
    const rtmp = await Rtmp.connect(open.ports.rtmp);
    await rtmp.connectApp();
    rtmp.raw.write(randomBytes(3000));
    await Promise.race([rtmp.raw.closed, pause(200)]);
    rtmp.destroy();
  }
});

test('RTMP: a peer that says nothing is let go', async () => {
  const raw = await Raw.open(open.ports.rtmp);
  raw.write(Buffer.from([3]));
  await raw.end(25_000);
});

test('a wrong key is refused before Publish.Start and logged with the address', async () => {
  const rtmp = await Rtmp.connect(town.ports.rtmp);
  await rtmp.connectApp();
  const from = town.logged;
  const port = rtmp.raw.socket.localPort;
  await rtmp.publish('show-1?key=guess');
  const line = await town.log(/rtmp\.refused/, 5000, from);
  assert.match(line, new RegExp(`addr=127\\.0\\.0\\.1:${port} `));
  assert.match(line, /stream=show-1\b/);
  assert.doesNotMatch(line, /guess/, 'the key is not in the log');
  await rtmp.says('NetStream.Publish.');
  await rtmp.raw.end(5000).catch(() => rtmp.destroy());
  assert.ok(!rtmp.raw.received.includes('NetStream.Publish.Start'));
  assert.ok(!rtmp.raw.received.includes('onFCPublish'));
  assert.equal((await fetch(`${town.url}/live/show-1.flv`)).status, 404);
  assert.equal((await town.metrics()).get('guildhall_publish_denied_total'), 1);
});

test('a codec that is not supported is refused with its name', async () => {
  const rtmp = await Rtmp.connect(open.ports.rtmp);
  await rtmp.connectApp('live', { fourCcList: Buffer.concat([
    Buffer.from([10, 0, 0, 0, 1]), amf.string('hvc1')]) });
  await rtmp.publish('hevc');
  await rtmp.says('NetStream.Publish.Start');
  // Enhanced RTMP: an extended video header, SequenceStart, FourCC hvc1.
  rtmp.message(9, Buffer.concat([Buffer.from([0x90]), Buffer.from('hvc1'), Buffer.alloc(30, 1)]));
  await rtmp.says('H.264');
  rtmp.destroy();
});

const get = (path, headers = '') => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}\r\n`;

test('HTTP: oversize headers are 431', async () => {
  const { status } = await httpRaw(open.ports.http, get('/', `X-Long: ${'a'.repeat(20_000)}\r\n`));
  assert.equal(status, 431);
  const many = Array.from({ length: 500 }, (_, i) => `X-${i}: 1\r\n`).join('');
  assert.equal((await httpRaw(open.ports.http, get('/', many))).status, 431);
});

test('HTTP: an oversize body is 413, whether announced or not', async () => {
  const head = 'POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n';
  const announced = await httpRaw(open.ports.http, `${head}Content-Length: 999999999\r\n\r\n`);
  assert.equal(announced.status, 413);
  const raw = await Raw.open(open.ports.http);
  raw.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
  const piece = `4000\r\n${'a'.repeat(0x4000)}\r\n`;
  for (let i = 0; i < 40 && !raw.socket.destroyed; i++) raw.write(piece);
  await raw.until('413', (r) => r.includes('413') || undefined);
  raw.destroy();
});

test('HTTP: malformed requests are 400', async () => {
  const bad = [
    'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    'GET / HTTP/1.1\nHost: a\rX: y\r\n\r\n',
    'GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n',
    'POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc',
    'POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n',
  ];
  for (const bytes of bad) {
    const { status } = await httpRaw(open.ports.http, Buffer.from(bytes, 'latin1'));
    assert.equal(status, 400, JSON.stringify(bytes));
  }
});

test('HTTP: a malformed field is named', async () => {
  const answer = await fetch(`${open.url}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ login: 'Not A Login!', name: 'x', password: 'long enough to pass' }),
  });
  assert.ok([400, 422].includes(answer.status), String(answer.status));
  assert.match(await answer.text(), /"field": ?"login"/);
  const broken = await fetch(`${open.url}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: '{"login": ',
  });
  assert.equal(broken.status, 400);
});

test('HTTP: unknown pages are 404, other methods 405', async () => {
  assert.equal((await fetch(`${open.url}/no/such/page`)).status, 404);
  assert.equal((await fetch(`${open.url}/login`, { method: 'DELETE' })).status, 405);
});

test('HTTP: a path cannot leave what is served', async () => {
  for (const path of [
    '/assets/../../../../etc/passwd', '/assets/..%2f..%2f..%2fetc/passwd', '/assets//etc/passwd',
    '/assets/%2e%2e/%2e%2e/etc/passwd', '/hall/pictures/..%2f..%2fkey.svg',
  ]) {
    const { status, body } = await httpRaw(open.ports.http, get(path));
    assert.ok([400, 404].includes(status), `${path}: ${status}`);
    assert.doesNotMatch(body, /root:/);
  }
});

test('HTTP: a slow client times out while others are served', async () => {
  const slow = await Raw.open(open.ports.http);
  slow.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ');
  const drip = setInterval(() => slow.write('a'), 500);
  try {
    assert.equal((await fetch(`${open.url}/healthz`)).status, 200);
    await slow.end(20_000);
  } finally {
    clearInterval(drip);
    slow.destroy();
  }
});

test('HTTP: three hundred idle connections do not keep others out', async () => {
  const idle = await Promise.all(Array.from({ length: 300 }, () => Raw.open(open.ports.http)));
  assert.equal((await fetch(`${open.url}/healthz`)).status, 200);
  for (const raw of idle) raw.destroy();
});
