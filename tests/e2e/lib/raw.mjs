// A bare TCP connection: what hostile, broken and slow peers are made of.
import { connect } from 'node:net';
import { within } from './until.mjs';

export class Raw {
  constructor(port, options = {}) {
    this.received = Buffer.alloc(0);
    this.socket = connect({ port, host: '127.0.0.1', ...options });
    this.socket.setNoDelay(true);
    this.waiters = new Set();
    this.socket.on('data', (bytes) => {
      this.received = Buffer.concat([this.received, bytes]);
      for (const check of this.waiters) check();
    });
    this.error = null;
    this.socket.on('error', (error) => (this.error = error)); // a reset is an end like another
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve(this.received)));
    this.closed.then(() => {
      for (const check of this.waiters) check();
    });
  }

  static open(port, options) {
    const raw = new Raw(port, options);
    const opened = new Promise((ok, no) => {
      raw.socket.once('connect', () => ok(raw));
      raw.socket.once('error', no);
    });
    return within(`connect to ${port}`, opened, 5000);
  }

  write(bytes) {
    return new Promise((done) => this.socket.write(bytes, () => done()));
  }

  // Resolves with what `take(received)` returns once that is not undefined.
  until(what, take, timeoutMs = 5000) {
    return within(
      what,
      new Promise((resolve, reject) => {
        const check = () => {
          const value = take(this.received);
          if (value !== undefined) {
            this.waiters.delete(check);
            resolve(value);
          } else if (this.socket.destroyed) {
            this.waiters.delete(check);
            reject(new Error(`closed before: ${what}`));
          }
        };
        this.waiters.add(check);
        check();
      }),
      timeoutMs,
    );
  }

  // The peer closes, cleanly or with a reset; gives everything it sent.
  end(timeoutMs = 10_000) {
    return within('the peer closes the connection', this.closed, timeoutMs);
  }

  destroy() {
    this.socket.destroy();
  }
}

// Sends bytes as one HTTP exchange and returns {status, head, body} of the first answer.
export async function httpRaw(port, bytes, timeoutMs = 5000) {
  const raw = await Raw.open(port);
  try {
    raw.write(bytes);
    const text = await raw.until(
      'an HTTP answer',
      (r) => {
        const at = r.indexOf('\r\n\r\n');
        if (at < 0) return undefined;
        const length = /\r\ncontent-length: *(\d+)/i.exec(r.subarray(0, at).toString());
        if (length && r.length < at + 4 + Number(length[1])) return undefined;
        return r.toString();
      },
      timeoutMs,
    );
    const [head, ...rest] = text.split('\r\n\r\n');
    return { status: Number(head.split(' ')[1]), head, body: rest.join('\r\n\r\n') };
  } finally {
    raw.destroy();
  }
}
