// Courses: the exam's clock and autosave, the attendance screen's next code, and a sign that an online
// session is being watched. Each page works without it.
import { clock, one, post } from './util.js';

const SAVE_AFTER_MS = 600;
const WATCH_EVERY_MS = 30000;

function exam(form) {
  const url = form.getAttribute('action');
  const said = one('[data-state]', form);
  const ends = performance.now() + Number(form.dataset.left); // no clock of this device counts
  let timer = 0;
  let over = false;

  async function save() {
    try {
      await post(url, new URLSearchParams([...new FormData(form)].filter(([name]) => name !== 'csrf')));
      said.textContent = form.dataset.saved;
    } catch (error) {
      said.textContent = form.dataset.unsaved;
      if (error.status === 409 || error.status === 410) location.reload();
    }
  }
  function tick() {
    const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
    one('[data-clock]', form).textContent = clock(left);
    if (left > 0 || over) return;
    over = true;
    said.textContent = form.dataset.up;
    setTimeout(() => location.reload(), 2500);
  }
  form.addEventListener('change', () => {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_AFTER_MS);
  });
  document.addEventListener('visibilitychange', () => {
    post(`${url}/note`, { do: document.hidden ? 'leave' : 'return' }).catch(() => {});
  });
  tick();
  setInterval(tick, 500);
}

function screen(box) {
  async function next() {
    let again = 5000;
    try {
      const answer = await fetch(location.pathname, { headers: { Accept: 'application/json' } });
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      const body = await answer.json();
      box.innerHTML = body.svg; // drawn by the server
      again = body.again_ms;
    } catch {
      // tries again: an old code is refused, not wrong
    }
    setTimeout(next, again + 200);
  }
  setTimeout(next, Number(box.dataset.again) + 200);
}

function watching(mark) {
  const sign = () => {
    const video = one('video');
    if (!document.hidden && (!video || !video.paused)) {
      post('/training/watching', { show: mark.dataset.watching }).catch(() => {});
    }
  };
  sign();
  setInterval(sign, WATCH_EVERY_MS);
}

const found = [
  [one('[data-exam]'), exam],
  [one('[data-screen]'), screen],
  [one('[data-watching]'), watching],
];
for (const [element, start] of found) if (element) start(element);
