// A viewer of HTTP-FLV: follows a stream and checks every byte of it against the FLV file format
// (Adobe Video File Format 10.1, annex E): whole tags, correct back pointers, times that never go
// back on a track, and a keyframe first.
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import http from 'node:http';
import { until, within } from './until.mjs';

export class FlvReader extends EventEmitter {
  constructor() {
    super();
    this.pending = Buffer.alloc(0);
    this.started = false;
    this.tags = 0;
    this.frames = 0; // video frames, sequence headers apart
    this.keyframes = 0;
    this.audio = 0;
    this.headers = 0; // sequence headers seen
    this.last = {}; // track -> last time
    this.backwards = 0;
    this.gap = 0; // the largest step between video frames, ms
  }

  push(bytes) {
    this.pending = Buffer.concat([this.pending, bytes]);
    if (!this.started) {
      if (this.pending.length < 13) return;
      assert.equal(this.pending.toString('latin1', 0, 3), 'FLV');
      this.flags = this.pending[4];
      assert.equal(this.pending.readUInt32BE(9), 0);
      this.pending = this.pending.subarray(13);
      this.started = true;
    }
    for (;;) {
      if (this.pending.length < 11) return;
      const size = this.pending.readUIntBE(1, 3);
      if (this.pending.length < 11 + size + 4) return;
      assert.equal(this.pending.readUInt32BE(11 + size), 11 + size, 'the back pointer of a tag');
      this.tag(this.pending[0], this.pending, size);
      this.pending = this.pending.subarray(11 + size + 4);
    }
  }

  tag(type, p, size) {
    assert.ok([8, 9, 18].includes(type), `tag type ${type}`);
    const time = p.readUIntBE(4, 3) + p[7] * 0x1000000;
    const body = p.subarray(11, 11 + size);
    this.tags++;
    if (type === 18) return;
    const isHeader = type === 9 ? body[1] === 0 : body[0] >> 4 === 10 && body[1] === 0;
    if (isHeader) {
      this.headers++;
      return;
    }
    if (type === 9) {
      const key = body[0] >> 4 === 1;
      if (this.frames === 0) assert.ok(key, 'the first video frame is a keyframe');
      if (this.frames > 0) this.gap = Math.max(this.gap, time - this.last[9]);
      this.frames++;
      if (key) this.keyframes++;
    } else {
      this.audio++;
    }
    if (this.last[type] !== undefined && time < this.last[type]) this.backwards++;
    this.last[type] = time;
    this.emit('tag', type, time);
  }
}

export class FlvViewer extends FlvReader {
  // url: of the .flv; from: node:http or node:https. Certificates of tests are their own.
  static async open(url, options = {}, from = http) {
    const viewer = new FlvViewer();
    const opened = new Promise((resolve, reject) => {
      viewer.request = from.get(url, { agent: false, rejectUnauthorized: false, ...options }, resolve);
      viewer.request.once('error', reject);
    });
    viewer.response = await within(`an answer from ${url}`, opened);
    viewer.status = viewer.response.statusCode;
    if (viewer.status !== 200) {
      viewer.response.resume();
      return viewer;
    }
    viewer.ended = new Promise((resolve) => {
      viewer.response.once('close', resolve);
      viewer.response.on('error', () => {});
      viewer.request.on('error', () => {});
    });
    viewer.ended.then(() => (viewer.isEnded = true));
    viewer.response.on('data', (bytes) => {
      try {
        viewer.push(bytes);
      } catch (error) {
        viewer.broken = error;
        viewer.close();
      }
    });
    return viewer;
  }

  // Resolves when so many more video frames have arrived.
  async sees(frames, timeoutMs = 10_000) {
    const goal = this.frames + frames;
    await until(
      `${frames} more frames (has ${this.frames})`,
      () => {
        if (this.broken) throw this.broken;
        return this.frames >= goal;
      },
      timeoutMs,
      20,
    );
    if (this.broken) throw this.broken;
  }

  pause() {
    this.response.socket.pause();
  }

  resume() {
    this.response.socket.resume();
  }

  close() {
    this.request.destroy();
  }
}
