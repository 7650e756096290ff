// What the modules share: asking the server, saying things, numbers. Text from outside only ever
// becomes a text node.

export const one = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** A short message at the foot of the page; `action` is [label, function]. */
export function toast(text, { bad = false, action, ms = 5000 } = {}) {
  const box = one('[data-toasts]');
  if (!box || !text) return;
  const line = document.createElement('p');
  line.className = bad ? 'toast bad' : 'toast';
  line.append(text);
  if (action) {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(action[0]);
    button.addEventListener('click', () => {
      line.remove();
      action[1]();
    });
    line.append(button);
  }
  // Inside an open dialog the page's own toasts would lie under it.
  (one('dialog[open]') ?? box).append(line);
  setTimeout(() => line.remove(), ms);
}

export class Refused extends Error {
  constructor(status, body) {
    super(body?.message || `HTTP ${status}`);
    this.status = status;
    this.field = body?.field;
    this.said = Boolean(body?.message);
  }
}

/** Sends a form's fields; gives the JSON answer or throws Refused (or TypeError without network). */
export async function post(url, fields, headers = {}) {
  const token = one('meta[name="csrf-token"]')?.content ?? '';
  const response = await fetch(url, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { Accept: 'application/json', 'X-CSRF-Token': token, ...headers },
    body: fields instanceof URLSearchParams ? fields : new URLSearchParams(fields),
  });
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(response.status, body);
  return body;
}

/** So many things are in the cart now: the number beside its picture. */
export function cartHolds(count) {
  const badge = one('[data-cart-n]');
  if (!badge || count === undefined) return;
  badge.textContent = count;
  badge.hidden = count === 0;
}

/** A key for one deed: the server does once what it is told twice under the same key. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
}

export async function getJson(url, signal) {
  const response = await fetch(url, { headers: { Accept: 'application/json' }, signal });
  if (!response.ok) throw new Refused(response.status, await response.json().catch(() => null));
  return response.json();
}

/** Another copy of a page, as a document; with fields, what a form of it answers. One that leads
 * to logging in is refused like a 401. */
export async function getPage(url, fields) {
  const token = one('meta[name="csrf-token"]')?.content ?? '';
  const response = await fetch(url, fields
    ? { method: 'POST', body: fields, headers: { Accept: 'text/html', 'X-CSRF-Token': token } }
    : { headers: { Accept: 'text/html' } });
  if (!response.ok) throw new Refused(response.status);
  if (response.redirected && new URL(response.url).pathname === '/login') throw new Refused(401);
  return new DOMParser().parseFromString(await response.text(), 'text/html');
}

/** 6900 → "¥69", 6950 → "¥69.50": as the server writes it (i18n_money). */
export function money(fen, lang) {
  const whole = fen % 100 === 0;
  const text = (fen / 100).toLocaleString('en-US', {
    minimumFractionDigits: whole ? 0 : 2,
    maximumFractionDigits: 2,
  });
  return `¥${text}`;
}

export const number = (n) => Number(n).toLocaleString('en-US');

/** Puts a number into a text that has "#" where it goes. */
export const fill = (text, value) => text.replace('#', () => String(value));

/** 125 → "2:05" */
export function clock(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const pad = (n) => String(n).padStart(2, '0');
  const hours = Math.floor(s / 3600);
  return hours
    ? `${hours}:${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}`
    : `${Math.floor(s / 60)}:${pad(s % 60)}`;
}

/** Waits that grow: 0.5 s, 1 s, 2 s … at most `most`, each a little different. */
export function backoff(attempt, most = 8000) {
  return Math.min(most, 500 * 2 ** Math.min(attempt, 10)) * (0.8 + Math.random() * 0.4);
}

/** Counts an element down to zero. */
export function countdown(element, seconds, atZero) {
  const end = performance.now() + seconds * 1000;
  const timer = setInterval(tick, 1000);
  function tick() {
    const left = Math.ceil((end - performance.now()) / 1000);
    if (!element.isConnected) return clearInterval(timer);
    element.textContent = clock(left);
    if (left > 0) return;
    clearInterval(timer);
    atZero?.();
  }
  element.textContent = clock(seconds);
}

// By the device's own sheet, else to the clipboard; where neither goes, the address is shown to be copied.
export async function share(url, copied) {
  try {
    if (navigator.share) await navigator.share({ title: document.title, url });
    else {
      await navigator.clipboard.writeText(url);
      toast(copied);
    }
  } catch (error) {
    if (error.name !== 'AbortError') toast(url);
  }
}
