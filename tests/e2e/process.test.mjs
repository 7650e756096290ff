// The program as its administrator meets it: signals, settings, a full disk, two at once.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import { FlvViewer } from './lib/flv.mjs';
import { Person } from './lib/people.mjs';
import { atEnd, run } from './lib/process.mjs';
import { Raw } from './lib/raw.mjs';
import { synthetic } from './lib/rtmp.mjs';
import { Town, binary, freePort, temporaryFolder } from './lib/server.mjs';
import { until, within } from './lib/until.mjs';

atEnd(() => {});

test('--help names every command and setting in lines a terminal shows', async () => {
  const { code, output } = await run(binary(), ['--help']);
  assert.equal(code, 0);
  for (const word of ['serve', 'demo', 'check', 'user add', '--data', '--http', '--rtmp', '--store',
    '--loops', '--https', '--tls-cert', '--tls-key', '--public-url', '--trusted-proxy',
    '--open-publish', '--log-level']) {
    assert.ok(output.includes(word), word);
  }
  for (const line of output.split('\n')) assert.ok(line.length <= 100, line);
});

test('a bad setting is refused by name, wherever it came from', async () => {
  const data = temporaryFolder();
  const cases = [
    [['--loops', 'many'], {}, /loops/],
    [['--http', '127.0.0.1:99999'], {}, /http/],
    [['--no-such-setting'], {}, /no-such-setting/],
    [[], { GUILDHALL_LOG_LEVEL: 'loud' }, /log-level/],
    [['--open-publish', '--rtmp', '0.0.0.0:1935'], {}, /open-publish/],
    [['--config', join(data, 'none.conf')], {}, /config/],
  ];
  for (const [args, env, says] of cases) {
    const { code, output } = await run(binary(), ['serve', '--data', data, ...args], { env });
    assert.notEqual(code, 0, args.join(' '));
    assert.match(output, says);
  }
});

test('user add --batch makes people whose printed tokens are good, beside a running town', async () => {
  const town = await Town.start();
  const add = (...args) => run(binary(), ['user', 'add', '--data', town.data, ...args]);
  const { code, output } = await add('--login', 'load', '--role', 'buyer', '--batch', '3');
  assert.equal(code, 0, output);
  const tokens = output.split('\n').filter((l) => /^[\w-]{40,}$/.test(l));
  assert.equal(new Set(tokens).size, 3, output);
  for (const token of tokens) {
    const me = await fetch(`${town.url}/me.json`, { headers: { Authorization: `Bearer ${token}` } });
    assert.equal(me.status, 200);
  }
  for (const bad of [['--batch', '0'], ['--batch', '3', '--password-stdin'], ['--batch', 'x']])
    assert.equal((await add('--login', 'more', '--role', 'buyer', ...bad)).code, 1, bad.join(' '));
  await town.stop();
});

test('user password: the new one lets in, the old one and its sessions do not', async () => {
  const town = await Town.start();
  const lost = await new Person(town).register('forgetful');
  const { code, output } = await run(binary(), ['user', 'password', '--data', town.data, '--login', 'forgetful']);
  assert.equal(code, 0, output);
  assert.equal((await lost.get('/me')).status, 401, 'who was in by the old one is out');
  const enter = (password) => new Person(town).post('/login', { login: 'forgetful', password });
  assert.equal((await enter('a long enough password')).status, 422);
  assert.equal((await enter(/^password: (\S+)$/m.exec(output)[1])).status, 200);
  await town.stop();
});

test('a second program on the same data, or the same port, is refused', async () => {
  const town = await Town.start();
  const same = await run(binary(), ['serve', '--data', town.data,
    '--http', `127.0.0.1:${await freePort()}`, '--rtmp', `127.0.0.1:${await freePort()}`]);
  assert.notEqual(same.code, 0, same.output);
  const other = await run(binary(), ['serve', '--data', temporaryFolder(),
    '--http', `127.0.0.1:${town.ports.http}`, '--rtmp', `127.0.0.1:${await freePort()}`]);
  assert.notEqual(other.code, 0, other.output);
  assert.match(other.output, /http: 127\.0\.0\.1:\d+: the address is in use/);
  assert.ok((await fetch(`${town.url}/healthz`)).ok, 'the first goes on');
  await town.stop();
});

test('SIGTERM: what is at work is answered, viewers and idle peers are let go, it leaves', async () => {
  const town = await Town.start({ args: ['--open-publish'] });
  const publisher = await synthetic(town.ports.rtmp, 'on');
  const viewer = await FlvViewer.open(`${town.url}/live/on.flv`);
  await viewer.sees(10);
  const idle = await Raw.open(town.ports.http);
  const guests = Array.from({ length: 6 }, () => new Person(town));
  const answers = guests.map((guest, i) =>
    guest.post('/login', { login: `nobody${i}`, password: 'not this' }));
  await until('a login is at work', async () =>
    (await town.metrics()).get('guildhall_http_at_work') > 1, 5000, 5);
  const begin = performance.now();
  await town.stop();
  const statuses = (await Promise.all(answers)).map((a) => a.status);
  assert.ok(statuses.includes(422), `at least one was answered in full: ${statuses}`);
  assert.ok(statuses.every((s) => s === 422 || s === 503), `no one was left: ${statuses}`);
  await within('the viewer ends', viewer.ended, 1000);
  await idle.end(1000);
  assert.ok(performance.now() - begin < 15_000);
  publisher.stop();
});

test('SIGHUP: a new log level is taken over, a bad file changes nothing', async () => {
  const file = join(temporaryFolder(), 'guildhall.conf');
  writeFileSync(file, 'log-level = info\n');
  const town = await Town.start({ args: ['--config', file] });
  const pages = () => town.process.lines.filter((l) => / debug /.test(l)).length;
  assert.equal(pages(), 0);
  writeFileSync(file, 'log-level = debug\n');
  town.process.child.kill('SIGHUP');
  await town.log(/app\.reloaded/);
  await fetch(`${town.url}/healthz`);
  await town.log(/ debug http\.request/);
  writeFileSync(file, 'log-level = loud\n');
  const from = town.logged;
  town.process.child.kill('SIGHUP');
  await town.log(/app\.reload_refused .*log-level/, 5000, from);
  await fetch(`${town.url}/healthz`);
  await town.log(/ debug http\.request/, 5000, from);
  await town.stop();
});

function certificate(folder, name) {
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
    '-nodes', '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem'),
    '-subj', `/CN=${name}`, '-days', '2'], { stdio: 'ignore' });
}

function peerName(port) {
  return new Promise((resolve, reject) => {
    const socket = tlsConnect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

test('TLS: pages and streams are served, and SIGHUP takes a new certificate', async () => {
  const folder = temporaryFolder();
  certificate(folder, 'first.example');
  const port = await freePort();
  const town = await Town.start({ args: ['--open-publish', '--https', `127.0.0.1:${port}`,
    '--tls-cert', join(folder, 'cert.pem'), '--tls-key', join(folder, 'key.pem')] });
  assert.equal(await peerName(port), 'first.example');
  const publisher = await synthetic(town.ports.rtmp, 'safe');
  const https = await import('node:https');
  const viewer = await FlvViewer.open(`https://127.0.0.1:${port}/live/safe.flv`, {}, https);
  await viewer.sees(25);
  certificate(folder, 'second.example');
  town.process.child.kill('SIGHUP');
  await town.log(/app\.reloaded/);
  assert.equal(await peerName(port), 'second.example');
  await viewer.sees(25);
  assert.equal(viewer.backwards, 0);
  viewer.close();
  publisher.stop();
  await town.stop();
});

test('a full disk: writing fails and says so, the stream goes on, and so does writing later', async (t) => {
  const data = temporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', data], { stdio: 'pipe' });
  } catch (error) {
    t.skip(`cannot mount a small disk: ${error.stderr}`);
    return;
  }
  const unmount = () => execFileSync('umount', ['-l', data]);
  try {
    const town = await Town.start({ data, args: ['--open-publish'] });
    const publisher = await synthetic(town.ports.rtmp, 'on');
    const viewer = await FlvViewer.open(`${town.url}/live/on.flv`);
    await viewer.sees(10);
    const guest = await new Person(town, { lang: 'en' }).register('before');

    const filler = join(data, 'filler');
    const { bavail, bsize } = statfsSync(data);
    try {
      writeFileSync(filler, Buffer.alloc(bavail * bsize));
    } catch (error) {
      assert.equal(error.code, 'ENOSPC');
    }
    const full = await until('a write is refused', async () => {
      const answer = await new Person(town, { lang: 'en' }).post('/register', {
        login: `full${Date.now()}`, name: 'Full', password: 'a long enough password' });
      return answer.status !== 200 && answer;
    }, 30_000, 1);
    assert.equal(full.status, 507, full.text);
    assert.match(full.text, /Storage is full/);
    assert.equal((await guest.get('/me')).status, 200, 'reading goes on');
    const frames = viewer.frames;
    await viewer.sees(50, 5000);
    assert.ok(viewer.gap <= 200, `no gap in ${viewer.frames - frames} frames: ${viewer.gap} ms`);

    rmSync(filler);
    await until('writing works again', async () => (await new Person(town).post('/register', {
      login: `later${Date.now() % 1e9}`, name: 'Later', password: 'a long enough password' })).status === 200);
    viewer.close();
    publisher.stop();
    await town.stop();
    const check = await run(binary(), ['check', '--data', data]);
    assert.equal(check.code, 0, check.output);
  } finally {
    unmount();
  }
});
