// The search box of every page: what the words may mean, while they are typed (the combobox of the
// ARIA practices). Without it the box is a form like any other. It listens at the document, because
// the box is swapped when results are.
import { getJson, one } from './util.js';

const WAIT_MS = 120;
const PAUSE_MS = 5000; // after a refusal: the server has other things to do
const CACHE_MAX = 100;
const cache = new Map(); // words → suggestions, of this page
let timer = 0;
let request = null;
let quietUntil = 0;

const box = (node) => node?.closest?.('.find input[type="search"]');
const listOf = (input) => one('[role="listbox"]', input.form);
const optionsOf = (input) => [...(listOf(input)?.children ?? [])];
const chosen = (input) => optionsOf(input).findIndex((o) => o.ariaSelected === 'true');

function become(input) {
  if (input.role === 'combobox') return;
  input.role = 'combobox';
  input.ariaAutoComplete = 'list';
  input.ariaExpanded = 'false';
}

function forget() {
  clearTimeout(timer);
  request?.abort();
  request = null;
}

function close(input) {
  forget();
  listOf(input)?.remove();
  input.removeAttribute('aria-activedescendant');
  input.removeAttribute('aria-controls');
  input.ariaExpanded = 'false';
}

function choose(input, to) {
  const options = optionsOf(input);
  options.forEach((o, i) => (o.ariaSelected = String(i === to)));
  options[to]?.scrollIntoView({ block: 'nearest' });
  if (options[to]) input.setAttribute('aria-activedescendant', options[to].id);
  else input.removeAttribute('aria-activedescendant');
}

// A link, so that it opens as links do; what it leads to is said beside it when it is no search.
function option(input, { what, text, href }, i) {
  const link = document.createElement('a');
  const language = /^\/(zh|en)(?=\/)/.exec(new URL(input.form.action).pathname)?.[0] ?? '';
  link.href = language + href;
  link.id = `find-${i}`;
  link.tabIndex = -1;
  link.role = 'option';
  link.ariaSelected = 'false';
  link.append(text);
  const note = input.dataset[`text${what[0].toUpperCase()}${what.slice(1)}`];
  if (note) {
    const small = document.createElement('small');
    small.append(note);
    link.append(' ', small);
  }
  return link;
}

function show(input, suggestions) {
  close(input);
  if (!suggestions.length) return;
  const list = document.createElement('div');
  list.id = 'find-list';
  list.role = 'listbox';
  list.ariaLabel = input.ariaLabel;
  list.append(...suggestions.map((s, i) => option(input, s, i)));
  input.form.append(list);
  input.setAttribute('aria-controls', list.id);
  input.ariaExpanded = 'true';
}

function keep(words, suggestions) {
  if (cache.size >= CACHE_MAX) cache.delete(cache.keys().next().value);
  cache.set(words, suggestions);
}

async function ask(input) {
  forget();
  const q = input.value.trim();
  if (!q || Date.now() < quietUntil) return close(input);
  const mine = (request = new AbortController());
  try {
    if (!cache.has(q)) {
      const query = new URLSearchParams({ q, lang: document.documentElement.lang });
      keep(q, (await getJson(`/hall/suggest?${query}`, mine.signal)).suggestions);
    }
    if (mine === request && document.activeElement === input) show(input, cache.get(q));
  } catch {
    if (mine.signal.aborted) return;
    quietUntil = Date.now() + PAUSE_MS; // the form still works
    close(input);
  }
}

document.addEventListener('focusin', (event) => {
  const input = box(event.target);
  if (input) become(input);
});

document.addEventListener('input', (event) => {
  const input = box(event.target);
  if (!input || event.isComposing) return;
  become(input);
  clearTimeout(timer);
  timer = setTimeout(ask, WAIT_MS, input);
});

// Pinyin that is being turned into characters is nobody's word yet.
document.addEventListener('compositionend', (event) => {
  const input = box(event.target);
  if (input) ask(input);
});

document.addEventListener('keydown', (event) => {
  const input = box(event.target);
  if (!input || event.isComposing) return;
  const options = optionsOf(input);
  const n = options.length;
  const at = chosen(input);
  if (event.key === 'ArrowDown' && !n) ask(input);
  else if (!n) return;
  else if (event.key === 'ArrowDown') choose(input, at + 1 < n ? at + 1 : -1);
  else if (event.key === 'ArrowUp') choose(input, at < 0 ? n - 1 : at - 1);
  else if (event.key === 'Enter' && at >= 0) options[at].click();
  else if (event.key === 'Escape') close(input);
  else return;
  event.preventDefault();
});

// An answer that comes after the words were sent would open over the results.
document.addEventListener('submit', (event) => {
  if (event.target.matches('.find')) close(one('input[type="search"]', event.target));
});

document.addEventListener('focusout', (event) => {
  const input = box(event.target);
  if (input && !input.form.contains(event.relatedTarget)) close(input);
});

// A press must not take the focus away before it is a click.
document.addEventListener('mousedown', (event) => {
  if (event.target.closest?.('.find [role="listbox"]')) event.preventDefault();
});
