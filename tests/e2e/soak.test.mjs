// Publishers and viewers of every kind that come and go: afterwards nothing of them is left. Two towns
// get the same: one whose memory is watched by AddressSanitizer and LeakSanitizer to its end, and the
// one that people run, whose resident memory must be the same whenever everybody has gone. Twenty
// seconds, or with GUILDHALL_LONG ten minutes in rounds (script/test --long). SOAK_SEED repeats a run.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { test } from 'node:test';
import WebSocket from 'ws';
import { FlvReader, FlvViewer } from './lib/flv.mjs';
import { Process, atEnd } from './lib/process.mjs';
import { synthetic } from './lib/rtmp.mjs';
import { Town } from './lib/server.mjs';
import { pause, until } from './lib/until.mjs';

const LONG = Boolean(process.env.GUILDHALL_LONG);
const ROUNDS = LONG ? 8 : 1;
const SECONDS = LONG ? 75 : 20; // of one round
const STREAMS = ['one', 'two', 'three'];
const VIEWERS = 40; // of one town at a time
const GRACE_MS = 15_000; // a stream outlives its encoder by this
const SPARE_MIB = 4; // what a quiet town may gain after its second round: the allocator's, not ours

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

// What a process has open, but for the database: its pool is opened by threads, some of them after
// the town answers, and belongs to nobody who comes and goes.
function descriptors(pid) {
  const opened = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return null; // closed since it was listed
    }
  });
  return opened.filter((path) => path && !/\.db(-wal|-shm)?$/.test(path)).length;
}
const residentMiB = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

const towns = [];
atEnd(async () => {
  for (const town of towns) await town.stop();
});

// What ought to be nothing, as the town counts it; a timeout shows what was left.
const COUNTS = ['streams', 'viewers', 'followers', 'ring_bytes'];

async function quiet(town, descriptorsBefore) {
  const nothingLeft = async () => {
    const m = await town.metrics();
    const left = COUNTS.filter((n) => m.get(`guildhall_${n}`) !== 0);
    assert.deepEqual(left.map((n) => `${n} ${m.get(`guildhall_${n}`)}`), [], town.kind);
    return true;
  };
  await until('streams, viewers and rings are gone', nothingLeft, GRACE_MS + 15_000, 500);
  // fetch keeps a connection or two alive for a while.
  const noneOpen = () => {
    const now = descriptors(town.process.pid);
    assert.ok(now <= descriptorsBefore + 2, `${now} descriptors, ${descriptorsBefore} before`);
    return true;
  };
  await until('descriptors are as before', noneOpen, 15_000, 500);
}

async function round(crowds) {
  const end = Date.now() + SECONDS * 1000;
  while (Date.now() < end) {
    for (const crowd of crowds) {
      await crowd.move();
      assert.ok(!crowd.town.process.end, crowd.town.process.output);
    }
    await pause(20 + below(80));
  }
  for (const { seen } of crowds) {
    assert.ok(seen.frames > SECONDS * 20, `${seen.frames} frames were seen`);
    assert.ok(seen.takeovers > 0 && seen.viewers > SECONDS / 2);
  }
  for (const crowd of crowds) crowd.everybodyGoes();
}

test(`coming and going leaves nothing (SOAK_SEED=${seed})`, async (t) => {
  for (const kind of ['asan', 'release'])
    towns.push(await Town.start({ kind, args: ['--open-publish', '--loops', '2', '--log-level', 'warn'] }));
  const before = towns.map((town) => descriptors(town.process.pid));
  const resident = [];
  for (let i = 0; i < ROUNDS; i++) {
    const crowds = towns.map((town) => new Crowd(town));
    await round(crowds);
    for (const [k, town] of towns.entries()) await quiet(town, before[k]);
    resident.push(residentMiB(towns[1].process.pid));
    t.diagnostic(`quiet at ${resident.at(-1).toFixed(1)} MiB after ${JSON.stringify(crowds[1].seen)}`);
  }
  if (LONG) {
    const [, early] = resident;
    assert.ok(resident.at(-1) < early + SPARE_MIB, `a quiet town grew: ${resident.join(', ')} MiB`);
  }
});
