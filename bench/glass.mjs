// Glass to glass: how old is what a viewer sees? A picture that shows the time it was made at is encoded
// by ffmpeg and sent over RTMP; a Chromium watches the show's page and reads the time off its screen.
//
//   node bench/glass.mjs RTMP_URL PAGE_URL SECONDS  ->  {"p50_ms", "p99_ms", "frames"}
//
// The time stands in the picture twice: as a clock for people, and as 48 black and white squares in the
// lowest rows, which survive coding: 44 bits of milliseconds and 4 of parity.
import { spawn } from 'node:child_process';
import { chromium } from 'playwright-core';

const [, , rtmp, page, seconds] = process.argv;
const W = 384;
const H = 672;
const FPS = 30;
const SQUARE = 16; // 24 a row, two rows
const BITS = 44;

const parity = (value) => Number([...value.toString(16)].reduce((x, d) => x ^ Number.parseInt(d, 16), 0));

// A clock's digits as segments on a 3 by 5 grid.
const DIGITS = [
  '111101101101111', '010110010010111', '111001111100111', '111001111001111', '101101111001001',
  '111100111001111', '111100111101111', '111001010010010', '111101111101111', '111101111001111',
];

function drawDigit(frame, digit, left, top, size) {
  [...DIGITS[digit]].forEach((on, i) => {
    if (on !== '1') return;
    const x0 = left + (i % 3) * size;
    const y0 = top + Math.floor(i / 3) * size;
    for (let y = y0; y < y0 + size; y++) frame.fill(235, y * W + x0, y * W + x0 + size);
  });
}

function picture(now) {
  const frame = Buffer.alloc((W * H * 3) / 2, 128);
  frame.fill(40 + (Math.floor(now / 40) % 60), 0, W * H);
  const time = new Date(now).toISOString().slice(11, 23).replace(/\D/g, '');
  [...time].forEach((digit, i) => drawDigit(frame, Number(digit), 20 + i * 38, 280, 10));
  const bits = (BigInt(now) << 4n) | BigInt(parity(BigInt(now)));
  for (let i = 0; i < BITS + 4; i++) {
    const on = (bits >> BigInt(BITS + 3 - i)) & 1n;
    const x0 = (i % 24) * SQUARE;
    const y0 = H - 2 * SQUARE + Math.floor(i / 24) * SQUARE;
    for (let y = y0; y < y0 + SQUARE; y++) frame.fill(on ? 235 : 16, y * W + x0, y * W + x0 + SQUARE);
  }
  return frame;
}

const encoder = spawn(
  'ffmpeg',
  ['-v', 'error', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${W}x${H}`, '-r', String(FPS), '-i', '-',
    '-f', 'lavfi', '-i', 'anullsrc=r=44100:cl=stereo', '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency',
    '-g', '60', '-b:v', '1500k', '-c:a', 'aac', '-flush_packets', '1', '-f', 'flv', rtmp],
  { stdio: ['pipe', 'inherit', 'inherit'] },
);
const begun = Date.now();
let made = 0;
const maker = setInterval(() => {
  while (made < ((Date.now() - begun) * FPS) / 1000) {
    made++;
    encoder.stdin.write(picture(Date.now()));
  }
}, 5);
encoder.stdin.on('error', () => {});

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required'],
});
try {
  const tab = await browser.newPage({ viewport: { width: 390, height: 844 } });
  await new Promise((done) => setTimeout(done, 4000)); // the show is live by then
  await tab.goto(page);
  await tab.waitForFunction(() => document.querySelector('video')?.readyState >= 3, null, { timeout: 30000 });
  await new Promise((done) => setTimeout(done, 5000)); // the player finds its edge
  const ages = await tab.evaluate(
    ({ W, H, SQUARE, BITS, ms }) =>
      new Promise((done) => {
        const video = document.querySelector('video');
        const canvas = new OffscreenCanvas(W, 2 * SQUARE);
        const context = canvas.getContext('2d', { willReadFrequently: true });
        const seen = [];
        const end = performance.now() + ms;
        function look() {
          context.drawImage(video, 0, H - 2 * SQUARE, W, 2 * SQUARE, 0, 0, W, 2 * SQUARE);
          const now = Date.now();
          const { data } = context.getImageData(0, 0, W, 2 * SQUARE);
          let bits = 0n;
          for (let i = 0; i < BITS + 4; i++) {
            const x = (i % 24) * SQUARE + SQUARE / 2;
            const y = Math.floor(i / 24) * SQUARE + SQUARE / 2;
            bits = (bits << 1n) | (data[(y * W + x) * 4] > 128 ? 1n : 0n);
          }
          const value = bits >> 4n;
          const sum = [...value.toString(16)].reduce((a, d) => a ^ Number.parseInt(d, 16), 0);
          if (BigInt(sum) === (bits & 15n)) seen.push(now - Number(value));
          if (performance.now() < end) video.requestVideoFrameCallback(look);
          else done(seen);
        }
        video.requestVideoFrameCallback(look);
      }),
    { W, H, SQUARE, BITS, ms: Number(seconds) * 1000 },
  );
  if (process.env.GLASS_PICTURE) await tab.screenshot({ path: process.env.GLASS_PICTURE });
  ages.sort((a, b) => a - b);
  const at = (p) => ages[Math.min(ages.length - 1, Math.floor(ages.length * p))];
  console.log(JSON.stringify({ frames: ages.length, p50_ms: at(0.5), p99_ms: at(0.99) }));
  if (ages.length < 100) process.exitCode = 1;
} finally {
  await browser.close();
  clearInterval(maker);
  encoder.stdin.end();
  encoder.kill('SIGTERM');
}
