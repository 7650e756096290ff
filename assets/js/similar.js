// While a suggestion's title is typed: what was suggested before. Without this a button does it.
import { getPage, one } from './util.js';

const WAIT_MS = 300;
const LEAST = 4; // characters
const title = one('#title');
const part = one('[data-similar]');
let timer = 0;
let shown = '';

async function look() {
  const words = title.value.trim();
  if (words === shown || words.length < LEAST) return;
  shown = words;
  try {
    const page = await getPage(`${part.dataset.similar}?${new URLSearchParams({ q: words })}`);
    const found = one('[data-similar-found]', page);
    if (found && words === shown) part.replaceChildren(document.adoptNode(found));
  } catch {
    shown = ''; // the button still works
  }
}

function lookSoon(event) {
  if (event.isComposing) return; // pinyin is nobody's word yet
  clearTimeout(timer);
  timer = setTimeout(look, WAIT_MS);
}

title.addEventListener('input', lookSoon);
title.addEventListener('compositionend', lookSoon);
one('[data-similar-button]').addEventListener('click', (event) => {
  event.preventDefault();
  shown = '';
  look();
});
