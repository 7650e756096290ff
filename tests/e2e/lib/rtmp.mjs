// A small RTMP client written for the tests from the specification (Adobe RTMP 1.0, AMF0), so that
// it can do what no well-behaved encoder does.
import { randomBytes } from 'node:crypto';
import { Raw } from './raw.mjs';

export const amf = {
  number(n) {
    const b = Buffer.alloc(9);
    b.writeDoubleBE(n, 1);
    return b;
  },
  string(s) {
    const bytes = Buffer.from(s);
    const b = Buffer.alloc(3);
    b[0] = 2;
    b.writeUInt16BE(bytes.length, 1);
    return Buffer.concat([b, bytes]);
  },
  boolean: (v) => Buffer.from([1, v ? 1 : 0]),
  null: () => Buffer.from([5]),
  object(pairs) {
    const parts = [Buffer.from([3])];
    for (const [name, value] of Object.entries(pairs)) {
      parts.push(amf.string(name).subarray(1), amf.of(value));
    }
    return Buffer.concat([...parts, Buffer.from([0, 0, 9])]);
  },
  of(v) {
    if (Buffer.isBuffer(v)) return v;
    if (v === null) return amf.null();
    if (typeof v === 'number') return amf.number(v);
    if (typeof v === 'string') return amf.string(v);
    if (typeof v === 'boolean') return amf.boolean(v);
    return amf.object(v);
  },
  command: (...values) => Buffer.concat(values.map(amf.of)),
};

// One message as chunks: fmt 0, then fmt 3. `size` is the chunk size in force.
export function chunks({ csid = 3, type, stream = 0, time = 0, body }, size = 128) {
  const head = Buffer.alloc(12);
  head[0] = csid;
  head.writeUIntBE(time, 1, 3);
  head.writeUIntBE(body.length, 4, 3);
  head[7] = type;
  head.writeUInt32LE(stream, 8);
  const parts = [head, body.subarray(0, size)];
  for (let at = size; at < body.length; at += size) {
    parts.push(Buffer.from([0xc0 | csid]), body.subarray(at, at + size));
  }
  return Buffer.concat(parts);
}

export class Rtmp {
  static async connect(port) {
    const rtmp = new Rtmp();
    rtmp.raw = await Raw.open(port);
    return rtmp;
  }

  async handshake() {
    const c1 = Buffer.concat([Buffer.alloc(8), randomBytes(1528)]);
    this.raw.write(Buffer.concat([Buffer.from([3]), c1]));
    const s = await this.raw.until('S0, S1 and S2', (r) => (r.length >= 3073 ? r : undefined));
    this.raw.write(s.subarray(1, 1537)); // C2 echoes S1
  }

  command(...values) {
    const body = amf.command(...values);
    return this.raw.write(chunks({ type: 20, body, stream: this.stream ?? 0 }));
  }

  // Waits for text (a status code, a command's name) in what the server sent.
  says(text, timeoutMs = 5000) {
    return this.raw.until(`the server says ${text}`, (r) => r.includes(text) || undefined, timeoutMs);
  }

  async connectApp(app = 'live', more = {}) {
    await this.handshake();
    this.command('connect', 1, { app, tcUrl: `rtmp://127.0.0.1/${app}`, type: 'nonprivate', ...more });
    await this.says('NetConnection.Connect.Success');
  }

  async publish(stream) {
    this.command('releaseStream', 2, null, stream);
    this.command('FCPublish', 3, null, stream);
    this.command('createStream', 4, null);
    // _result, transaction 4: its number as AMF, then null and the stream's id.
    const mark = amf.command('_result', 4);
    this.stream = await this.raw.until('a stream id', (r) => {
      const at = r.indexOf(mark);
      if (at < 0 || r.length < at + mark.length + 10) return undefined;
      return r.readDoubleBE(at + mark.length + 2);
    });
    this.command('publish', 5, null, stream, 'live');
  }

  message(type, body, time = 0, csid = 6) {
    return this.raw.write(chunks({ csid, type, body, time, stream: this.stream ?? 0 }));
  }

  destroy() {
    this.raw.destroy();
  }
}

// H.264 baseline, 320 x 180: an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1) around a
// parameter set pair of libx264.
const SPS = Buffer.from('6742c00cd901419f9f011000000300100000030320f142a480', 'hex');
const PPS = Buffer.from('68cb83cb20', 'hex');

export function avcHeader() {
  const n = (b) => Buffer.from([b.length >> 8, b.length & 255]);
  return Buffer.concat([
    Buffer.from([0x17, 0, 0, 0, 0, 1, SPS[1], SPS[2], SPS[3], 0xff, 0xe1]),
    n(SPS), SPS, Buffer.from([1]), n(PPS), PPS,
  ]);
}

// A frame of one slice with `size` bytes that no decoder will like but every muxer carries.
export function avcFrame(key, size) {
  const head = Buffer.from([key ? 0x17 : 0x27, 1, 0, 0, 0, 0, 0, 0, 0, key ? 0x65 : 0x41]);
  head.writeUInt32BE(size + 1, 5);
  return Buffer.concat([head, Buffer.alloc(size, 0x55)]);
}

// A publisher of any bitrate that costs nothing to run: 25 frames a second of `size` bytes, a
// keyframe every `gop`. Ends with stop().
export async function synthetic(port, stream, { size = 2000, gop = 25 } = {}) {
  const rtmp = await Rtmp.connect(port);
  await rtmp.connectApp();
  await rtmp.publish(stream);
  await rtmp.says('NetStream.Publish.Start');
  rtmp.message(9, avcHeader());
  const begin = performance.now();
  let frame = 0;
  const timer = setInterval(() => {
    while (frame * 40 <= performance.now() - begin) {
      rtmp.message(9, avcFrame(frame % gop === 0, size), frame * 40);
      frame++;
    }
  }, 10);
  rtmp.stop = () => {
    clearInterval(timer);
    rtmp.destroy();
  };
  rtmp.raw.closed.then(() => clearInterval(timer));
  return rtmp;
}
