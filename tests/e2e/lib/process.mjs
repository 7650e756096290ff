// Child processes: their output by line, their end as a promise, and none left behind.
import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { within } from './until.mjs';

const alive = new Set();
process.on('exit', () => {
  for (const p of alive) p.child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

// What a test file does at its end. Should that fail, nothing is left that keeps node waiting.
export function atEnd(stop) {
  after(async () => {
    try {
      await stop();
    } finally {
      for (const p of alive) p.child.kill('SIGKILL');
    }
  });
}

export class Process extends EventEmitter {
  constructor(command, args, options = {}) {
    super();
    this.name = options.name ?? command;
    this.lines = [];
    this.child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
    });
    this.pid = this.child.pid;
    alive.add(this);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line);
        if (process.env.E2E_VERBOSE) console.error(`# ${this.name}: ${line}`);
        this.emit('line', line);
      });
    }
    // {code, signal}, once the output is complete too.
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) => {
        alive.delete(this);
        this.end = { code, signal };
        resolve(this.end);
      });
    });
    this.ended.catch(() => {});
  }

  get output() {
    return this.lines.join('\n');
  }

  // The first line, printed already or to come, that matches; `from` skips earlier ones.
  async line(pattern, timeoutMs = 10_000, from = 0) {
    const seen = this.lines.slice(from).find((l) => pattern.test(l));
    if (seen !== undefined) return seen;
    let listener;
    const coming = new Promise((resolve, reject) => {
      listener = (l) => pattern.test(l) && resolve(l);
      this.on('line', listener);
      this.ended.then(
        (end) =>
          reject(
            new Error(
              `${this.name} ended (${JSON.stringify(end)}) before ${pattern}:\n` +
                this.lines.slice(-20).join('\n'),
            ),
          ),
        reject,
      );
    });
    try {
      return await within(`${this.name} prints ${pattern}`, coming, timeoutMs);
    } finally {
      this.off('line', listener);
    }
  }

  kill(signal = 'SIGKILL') {
    this.child.kill(signal);
    return this.ended;
  }
}

// Runs a program to its end: {code, signal, output}.
export async function run(command, args, { timeoutMs = 30_000, ...options } = {}) {
  const p = new Process(command, args, options);
  try {
    const end = await within(`${command} ${args.join(' ')}`, p.ended, timeoutMs);
    return { ...end, output: p.output };
  } finally {
    if (!p.end) p.child.kill('SIGKILL');
  }
}
