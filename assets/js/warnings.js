// What the base warns a desk of: it stays until somebody there has said that they have seen it.
import { all, one, post, toast } from './util.js';

const box = one('[data-warnings]');

export function unwarn(id) {
  one(`[data-warning="${Number(id)}"]`, box)?.remove();
}

export function warn({ id, text }) {
  if (one(`[data-warning="${Number(id)}"]`, box)) return;
  const line = one('template', box).content.firstElementChild.cloneNode(true);
  line.dataset.warning = id;
  one('[data-warning-text]', line).textContent = text;
  const form = one('form', line);
  form?.setAttribute('action', form.getAttribute('action').replace('/0/', `/${Number(id)}/`));
  box.prepend(line);
}

box.addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = event.target;
  for (const button of all('button', form)) button.disabled = true;
  try {
    await post(form.action, new URLSearchParams(new FormData(form)));
    form.closest('[data-warning]').remove();
  } catch (refused) {
    toast(refused.message, { bad: true });
    for (const button of all('button', form)) button.disabled = false;
  }
});
