// What to change about what the encoder sends, as the desk's health says it.
import { one } from './util.js';

let shown = '';

/** @param {Array<{level: string, text: string}>} lines */
export function advice(lines) {
  const list = one('[data-advice]');
  const now = JSON.stringify(lines ?? []);
  if (!list || now === shown) return;
  shown = now;
  list.hidden = !lines?.length;
  list.replaceChildren(
    ...(lines ?? []).map(({ level, text }) => {
      const line = document.createElement('li');
      line.className = level;
      line.textContent = text;
      return line;
    }),
  );
}
