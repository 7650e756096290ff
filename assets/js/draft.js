// A letter's draft: inserting figures by search, looking while somebody types, the rows behind a
// figure beside the text. The text stays plain, in the form's textarea.
import { all, one } from './util.js';

const LOOK_MS = 600;
const form = one('[data-draft]');
const text = one('[data-text]');
const mayWrite = text && !text.readOnly;

/* ---- the text ---- */

const field = (name) => one(`textarea[name="${name}"]`, form);

function put(area, from, to, words) {
  area.focus();
  area.setSelectionRange(from, to);
  // The only way that the browser's undo knows of.
  if (!document.execCommand('insertText', false, words)) {
    area.setRangeText(words, from, to, 'end');
    area.dispatchEvent(new Event('input', { bubbles: true }));
  }
}

function show(area, from, to) {
  area.focus();
  area.setSelectionRange(from, to);
  const lines = area.value.slice(0, from).split('\n').length;
  const height = parseFloat(getComputedStyle(area).lineHeight) || 24;
  area.scrollTop = Math.max(0, (lines - 4) * height);
}

/* ---- looking ---- */

let timer = 0;
let asked = 0;

async function look() {
  const mine = ++asked;
  const response = await fetch(form.dataset.look, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { Accept: 'text/html', 'X-CSRF-Token': one('meta[name="csrf-token"]')?.content ?? '' },
    body: new URLSearchParams(new FormData(form)),
  }).catch(() => null);
  if (!response?.ok || mine !== asked) return; // a later one is on its way, or the network is gone
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const found = one('[data-look-found]', page);
  if (!found || mine !== asked) return;
  one('[data-look-part]').replaceChildren(document.adoptNode(found));
  one('[data-look-found-n]').replaceWith(document.adoptNode(one('[data-look-found-n]', page)));
}

function lookSoon() {
  clearTimeout(timer);
  timer = setTimeout(look, LOOK_MS);
}

/* ---- finding a figure ---- */

const finder = one('[data-figure-find]');
const words = one('[data-figure-q]');
const list = one('[data-figure-list]');
let place = [0, 0];
let found = 0;

function open(from, to) {
  place = [from, to];
  words.value = '';
  list.replaceChildren();
  finder.showModal();
  words.focus();
}

function take(figure) {
  finder.close();
  const printed = figure.printed && !/[[\]|]/.test(figure.printed) ? `|${figure.printed}` : '';
  put(text, place[0], place[1], `[[${figure.name}${printed}]]`);
}

function row(figure, first) {
  const item = document.createElement('li');
  const button = document.createElement('button');
  const value = document.createElement('b');
  button.type = 'button';
  button.className = first ? 'is-first' : '';
  value.textContent = figure.printed || '–';
  button.append(figure.title, value);
  button.addEventListener('click', () => take(figure));
  item.append(button);
  return item;
}

async function find() {
  const mine = ++found;
  const q = words.value.trim();
  if (!q) return list.replaceChildren();
  const response = await fetch(`/figures?q=${encodeURIComponent(q)}`, {
    headers: { Accept: 'application/json' },
  }).catch(() => null);
  if (!response?.ok || mine !== found) return undefined;
  const { figures } = await response.json();
  if (mine !== found) return undefined;
  list.replaceChildren(...figures.map((f, i) => row(f, i === 0)));
  if (!figures.length) {
    const none = document.createElement('li');
    none.textContent = list.dataset.none;
    list.append(none);
  }
  return undefined;
}

/* ---- evidence ---- */

async function evidence(link) {
  const panel = one('[data-evidence-panel]');
  const response = await fetch(link.dataset.evidence, {
    headers: { Accept: 'application/json' },
  }).catch(() => null);
  if (!response?.ok) return window.open(link.href, '_blank');
  const figure = await response.json();
  one('[data-evidence-title]').textContent = figure.title;
  one('[data-evidence-value]').textContent = one('.small', link.parentElement)?.textContent ?? '';
  one('[data-evidence-rows]').replaceChildren(
    ...figure.evidence.map((r) => {
      const item = document.createElement('li');
      const what = document.createElement(r.link ? 'a' : 'span');
      if (r.link) Object.assign(what, { href: r.link, target: '_blank' });
      what.append(r.label);
      item.append(what);
      if (r.holds_from) item.append(` · ${r.holds_from.slice(0, 10)}`);
      return item;
    }),
  );
  one('[data-evidence-link]').href = link.dataset.evidence;
  return panel.showModal();
}

/* ---- what happens ---- */

document.addEventListener('click', (event) => {
  const go = event.target.closest('[data-go]');
  const link = event.target.closest('[data-evidence]');
  if (go) {
    const area = field(go.dataset.go);
    const [from, to] = [Number(go.dataset.at), Number(go.dataset.to)];
    if (go.dataset.put && mayWrite) put(area, from, to, go.dataset.put);
    else show(area, from, to);
  } else if (link && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    evidence(link);
  }
});

one('[data-comment]')?.addEventListener('toggle', () => {
  const quote = text.value.slice(text.selectionStart, text.selectionEnd).trim();
  if (quote) one('#quote').value = quote.slice(0, 400);
});

if (form && mayWrite) {
  let dirty = Boolean(one('.draft-merge'));
  const changed = () => {
    dirty = true;
    one('[data-dirty]').hidden = false;
    lookSoon();
  };
  form.addEventListener('input', changed);
  form.addEventListener('submit', (event) => {
    if (event.submitter?.hasAttribute('data-look-button')) {
      event.preventDefault();
      look();
    } else dirty = false;
  });
  window.addEventListener('beforeunload', (event) => dirty && event.preventDefault());
  text.addEventListener('input', () => {
    const at = text.selectionStart;
    if (text.value.slice(at - 2, at) === '[[') open(at - 2, at);
  });
  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k' && !finder.open) {
      event.preventDefault();
      open(text.selectionStart, text.selectionEnd);
    }
  });
  one('[data-figure-open]').addEventListener('click', () =>
    open(text.selectionStart, text.selectionEnd),
  );
  words.addEventListener('input', find);
  words.addEventListener('keydown', (event) => {
    const buttons = all('button', list);
    if (event.key === 'Enter') {
      event.preventDefault();
      buttons[0]?.click();
    } else if (event.key === 'ArrowDown') {
      event.preventDefault();
      buttons[0]?.focus();
    }
  });
}
