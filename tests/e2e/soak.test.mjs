// Publishers and viewers of every kind that come and go: afterwards nothing of them is left. Two towns
// get the same: one whose memory is watched by AddressSanitizer and LeakSanitizer to its end, and the
// one that people run, whose resident memory must level off. Twenty seconds, or with GUILDHALL_LONG ten
// minutes (script/test --long). SOAK_SEED repeats a run.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import WebSocket from 'ws';
import { FlvReader, FlvViewer } from './lib/flv.mjs';
import { Process, atEnd } from './lib/process.mjs';
import { synthetic } from './lib/rtmp.mjs';
import { Town } from './lib/server.mjs';
import { pause, until } from './lib/until.mjs';

const LONG = Boolean(process.env.GUILDHALL_LONG);
const SECONDS = LONG ? 600 : 20;
const STREAMS = ['one', 'two', 'three'];
const VIEWERS = 40; // of one town at a time
const GRACE_MS = 15_000; // a stream outlives its encoder by this
const SPARE_MIB = 6; // what resident memory may still gain after the first third

// xorshift32: the same seed makes the same moves, if not at quite the same moments.
const seed = Number(process.env.SOAK_SEED ?? (Date.now() & 0x7fffffff)) || 1;
let state = seed;
function below(n) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % n;
}
const pick = (list) => list[below(list.length)];

// ---- what comes and goes ----

class WebSocketViewer extends FlvReader {
  constructor(url) {
    super();
    this.socket = new WebSocket(url);
    this.socket.on('message', (bytes) => {
      try {
        this.push(bytes);
      } catch (error) {
        this.broken = error;
      }
    });
    this.socket.on('error', () => {}); // 404 while nobody publishes
  }

  close() {
    this.socket.terminate();
  }
}

// Asks for the playlist and its newest segment, as a player does, until it is closed.
class HlsViewer {
  constructor(base) {
    this.frames = 0;
    this.open = true;
    this.work = (async () => {
      while (this.open) {
        const list = await fetch(`${base}/index.m3u8`).catch(() => null);
        const text = list?.ok ? await list.text() : '';
        const newest = text.split('\n').filter((l) => l && !l.startsWith('#')).at(-1);
        if (newest) {
          const segment = await fetch(new URL(newest, `${base}/`)).catch(() => null);
          const bytes = segment?.ok ? Buffer.from(await segment.arrayBuffer()) : null;
          if (bytes && bytes.toString('latin1', 4, 8) !== 'moof' && bytes.toString('latin1', 4, 8) !== 'styp')
            this.broken = new Error(`a segment begins with ${bytes.subarray(0, 8).toString('hex')}`);
          if (bytes) this.frames++;
        }
        await pause(500);
      }
    })();
  }

  close() {
    this.open = false;
  }
}

class RtmpViewer {
  constructor(url) {
    this.process = new Process('ffmpeg', ['-v', 'error', '-nostdin', '-i', url, '-c', 'copy', '-f', 'null', '-'], { name: 'player' });
    this.process.ended.then(() => (this.isEnded = true));
  }

  close() {
    if (!this.process.end) this.process.child.kill('SIGKILL');
  }
}

class Crowd {
  constructor(town) {
    this.town = town;
    this.publishers = new Map();
    this.viewers = new Set();
    this.seen = { viewers: 0, frames: 0, publishers: 0, takeovers: 0 };
  }

  // A second publisher of a name takes it over; the first is closed by the town.
  async publish(name) {
    this.seen.publishers++;
    if (this.publishers.has(name)) this.seen.takeovers++;
    const fresh = await synthetic(this.town.ports.rtmp, name, { size: 500 + below(6000), gop: 10 + below(40) });
    this.publishers.get(name)?.stop();
    this.publishers.set(name, fresh);
  }

  leave(name) {
    this.publishers.get(name)?.stop();
    this.publishers.delete(name);
  }

  async watch(name) {
    const flv = `${this.town.url}/live/${name}.flv`;
    this.seen.viewers++;
    switch (below(8)) {
      case 0:
        return this.viewers.add(new HlsViewer(`${this.town.url}/live/${name}`));
      case 1:
        return this.viewers.add(new RtmpViewer(`${this.town.rtmp}/${name}`));
      case 2:
      case 3:
        return this.viewers.add(new WebSocketViewer(flv.replace('http', 'ws')));
      default: {
        const viewer = await FlvViewer.open(flv);
        if (viewer.status === 200) this.viewers.add(viewer);
        else assert.equal(viewer.status, 404, flv);
      }
    }
  }

  drop(viewer) {
    if (viewer.broken) throw viewer.broken;
    assert.ok(!viewer.backwards, 'times never go back');
    this.seen.frames += viewer.frames ?? 0;
    viewer.close();
    this.viewers.delete(viewer);
  }

  async move() {
    const name = pick(STREAMS);
    switch (below(10)) {
      case 0:
        return this.leave(name);
      case 1:
      case 2:
        return this.publish(name);
      case 3: {
        const viewer = pick([...this.viewers].filter((v) => v.response));
        if (viewer) (below(2) ? viewer.pause() : viewer.resume());
        return;
      }
      case 4:
      case 5:
      case 6: {
        const viewer = pick([...this.viewers]);
        if (viewer) this.drop(viewer);
        return;
      }
      default:
        if (this.viewers.size < VIEWERS) return this.watch(name);
    }
  }

  everybodyGoes() {
    for (const viewer of [...this.viewers]) this.drop(viewer);
    for (const name of [...this.publishers.keys()]) this.leave(name);
  }
}

// ---- what is left of them ----

const descriptors = (pid) => readdirSync(`/proc/${pid}/fd`).length;
const residentMiB = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

const towns = [];
atEnd(async () => {
  for (const town of towns) await town.stop();
});

test(`coming and going for ${SECONDS} s leaves nothing (SOAK_SEED=${seed})`, async (t) => {
  for (const kind of ['asan', 'release'])
    towns.push(await Town.start({ kind, args: ['--open-publish', '--loops', '2', '--log-level', 'warn'] }));
  const crowds = towns.map((town) => new Crowd(town));
  const before = towns.map((town) => descriptors(town.process.pid));
  const released = towns[1].process.pid;
  const memory = [];
  const end = Date.now() + SECONDS * 1000;
  while (Date.now() < end) {
    for (const crowd of crowds) await crowd.move();
    for (const town of towns) assert.ok(!town.process.end, town.process.output);
    memory.push(residentMiB(released));
    await pause(20 + below(80));
  }
  for (const crowd of crowds) crowd.everybodyGoes();

  const third = Math.floor(memory.length / 3);
  const [early, late] = [median(memory.slice(third, 2 * third)), median(memory.slice(-third))];
  t.diagnostic(`resident: ${early.toFixed(1)} MiB in the middle third, ${late.toFixed(1)} in the last`);
  t.diagnostic(JSON.stringify(crowds.map((c) => c.seen)));
  for (const { seen } of crowds) {
    assert.ok(seen.frames > SECONDS * 20, `${seen.frames} frames were seen`);
    assert.ok(seen.takeovers > 0 && seen.viewers > SECONDS / 2);
  }
  if (LONG) assert.ok(late < early + SPARE_MIB, `resident memory grew from ${early} to ${late} MiB`);

  for (const [i, town] of towns.entries()) {
    await until(
      'streams, viewers and connections are gone',
      async () => {
        const m = await town.metrics();
        return (
          m.get('guildhall_streams') === 0 &&
          m.get('guildhall_viewers') === 0 &&
          m.get('guildhall_followers') === 0 &&
          m.get('guildhall_ring_bytes') === 0
        );
      },
      GRACE_MS + 15_000,
      500,
    );
    // The one connection is the one that asks. (fetch keeps some alive for a while.)
    await until('descriptors are as before', () => descriptors(town.process.pid) <= before[i] + 2, 15_000, 500);
  }
});
