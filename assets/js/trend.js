// The desk's last ten minutes of viewers and sales, as the server sampled them: loading the desk
// again keeps them. Beside them what the audience does.
import { all, getJson, one } from './util.js';

const EVERY_MS = 10000;
const WIDTH = 600;

function draw(svg, samples) {
  const most = Math.max(4, ...samples.map((s) => s.viewers)) * 1.15;
  const mostSold = Math.max(3, ...samples.map((s) => s.pieces));
  const step = WIDTH / (samples.length - 1);
  const x = (i) => (i * step).toFixed(1);
  const y = (s) => (94 - (s.viewers / most) * 90).toFixed(1);
  const line = samples.map((s, i) => `${i ? 'L' : 'M'}${x(i)} ${y(s)}`).join('');
  one('.line', svg).setAttribute('d', line);
  one('.area', svg).setAttribute('d', `${line}L${WIDTH} 96L0 96Z`);
  const bars = samples.map((s, i) => {
    if (!s.pieces) return null;
    const bar = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    const height = (s.pieces / mostSold) * 60;
    bar.setAttribute('class', 'bar');
    bar.setAttribute('x', x(i) - 2.5);
    bar.setAttribute('y', 96 - height);
    bar.setAttribute('width', 5);
    bar.setAttribute('height', height);
    return bar;
  });
  one('.bars', svg).replaceChildren(...bars.filter(Boolean));
}

function put(pace, before) {
  for (const dd of all('[data-audience-of]')) {
    const p = pace[dd.dataset.audienceOf];
    const change = one(`[data-audience-change="${dd.dataset.audienceOf}"]`);
    dd.textContent = p.text;
    change.classList.toggle('up', p.up);
    change.classList.toggle('down', p.down);
    change.textContent = `${p.up ? '↑' : p.down ? '↓' : ''} ${before} ${p.before}`.trim();
  }
}

export function trend(base, before) {
  async function look() {
    if (document.hidden) return;
    try {
      const { samples, pace } = await getJson(`${base}/audience`);
      const svg = one('[data-spark]');
      if (svg && samples.length > 1) draw(svg, samples);
      put(pace, before);
    } catch {
      // The next look brings it.
    }
  }
  look();
  setInterval(look, EVERY_MS);
  document.addEventListener('visibilitychange', look);
}
