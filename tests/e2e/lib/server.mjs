// The real program under test: started on free ports over a data folder of its own, ended by
// SIGTERM as an operator would, and asked at the end whether a sanitizer had something to say.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Process } from './process.mjs';
import { until, within } from './until.mjs';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

// asan: every error in memory ends the test. release: what people run, for what they would notice.
export function binary(kind = 'asan') {
  const path = join(ROOT, kind === 'asan' ? 'build-asan' : 'build', 'guildhall');
  assert.ok(existsSync(path), `${path} is not built: script/test builds it`);
  return path;
}

// Below those that the kernel gives to whoever connects (script/lib/ports.py says why).
const [FIRST_PORT, LAST_PORT] = [12000, 32000];

export async function freePort() {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT));
    const server = createServer();
    const is = await new Promise((ok) => server.once('error', () => ok(false)).listen(port, '127.0.0.1', () => ok(true)));
    if (!is) continue;
    await new Promise((ok) => server.close(ok));
    return port;
  }
}

export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'guildhall-e2e-'));
  process.on('exit', () => rmSync(path, { recursive: true, force: true }));
  return path;
}

// What says where a town of a folder keeps its records: nothing, for SQLite in the folder; or, when
// GUILDHALL_TEST_STORE names a server of PostgreSQL (script/test starts one), a database of its own.
const databases = new Map();

export function storeOf(data) {
  const server = process.env.GUILDHALL_TEST_STORE;
  if (!server) return [];
  if (!databases.has(data)) {
    const name = `e2e_${process.pid}_${databases.size}`;
    execFileSync('psql', [
      '-q', '-X', '-d', `${server.replace('postgres:', '')} dbname=postgres`,
      '-c', `CREATE DATABASE ${name} TEMPLATE template0 ENCODING UTF8`,
    ]);
    databases.set(data, ['--store', `${server} dbname=${name}`]);
  }
  return databases.get(data);
}

export class Town {
  // kind: which build; command: serve or demo; data: a folder to keep, else a new one; args: more.
  static async start({ kind = 'asan', command = 'serve', data, args = [], env = {}, ports } = {}) {
    const town = new Town();
    town.data = data ?? temporaryFolder();
    town.ports = ports ?? { http: await freePort(), rtmp: await freePort() };
    town.url = `http://127.0.0.1:${town.ports.http}`;
    town.rtmp = `rtmp://127.0.0.1:${town.ports.rtmp}/live`;
    town.command = [
      command,
      '--data', town.data,
      '--http', `127.0.0.1:${town.ports.http}`,
      '--rtmp', `127.0.0.1:${town.ports.rtmp}`,
      ...storeOf(town.data),
      ...args,
    ];
    town.process = new Process(binary(kind), town.command, { name: 'guildhall', env });
    await town.ready();
    return town;
  }

  async ready() {
    await until(
      'the town answers /healthz',
      async () => this.process.end || (await fetch(`${this.url}/healthz`)).ok,
      60_000,
      20,
    );
    const { end } = this.process;
    assert.ok(!end, `guildhall ended (${JSON.stringify(end)}):\n${this.process.output}`);
  }

  log(pattern, timeoutMs, from) {
    return this.process.line(pattern, timeoutMs, from);
  }

  get logged() {
    return this.process.lines.length;
  }

  async metrics() {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const values = new Map();
    for (const line of text.split('\n')) {
      const match = /^([a-zA-Z_:][\w:]*(?:\{[^}]*\})?) (\S+)$/.exec(line);
      if (match) values.set(match[1], Number(match[2]));
    }
    return values;
  }

  // SIGTERM; the program must leave by itself, with code 0 and no sanitizer report.
  async stop(timeoutMs = 20_000) {
    if (!this.process.end) this.process.child.kill('SIGTERM');
    const end = await within('SIGTERM ends the town', this.process.ended, timeoutMs);
    this.assertClean();
    assert.deepEqual(end, { code: 0, signal: null }, this.process.lines.slice(-20).join('\n'));
  }

  assertClean() {
    const at = this.process.lines.findIndex((l) =>
      /AddressSanitizer|LeakSanitizer|runtime error:|ThreadSanitizer|Assertion/.test(l),
    );
    assert.equal(at, -1, this.process.lines.slice(at, at + 60).join('\n'));
  }
}
