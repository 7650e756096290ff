// Order of the house: lists that renew themselves, and deeds that do not load the page anew. All of it
// are forms and links, so that it works without this.
import { all, getPage, one, post, toast } from './util.js';

const region = one('[data-refresh]');
const wait = Number(region.dataset.refresh) * 1000;
let timer;

/** Somebody writes in it, or has something open: it is left alone. */
const isBusy = () =>
  region.contains(document.activeElement) && document.activeElement.matches('input, textarea, select') ||
  one('details[open], dialog[open]', region);

/** Pictures are there before they are shown: nothing flickers. */
function loaded(src) {
  const picture = new Image();
  picture.src = src;
  return picture.decode().catch(() => {});
}
const late = () => new Promise((done) => setTimeout(done, 2000));

async function renew() {
  clearTimeout(timer);
  timer = setTimeout(renew, wait);
  if (document.hidden || isBusy()) return;
  try {
    const next = one('[data-refresh]', await getPage(location.href));
    if (!next) return;
    await Promise.race([Promise.all(all('img', next).map(({ src }) => loaded(src))), late()]);
    if (isBusy()) return;
    const here = document.activeElement?.closest?.('[data-key]')?.dataset.key;
    region.replaceChildren(...next.childNodes);
    if (here) one(`[data-key="${CSS.escape(here)}"] button`, region)?.focus();
  } catch {
    // the next turn tries again
  }
}

region.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!form.matches('[data-quick]')) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  for (const button of all('button', form)) button.disabled = true;
  try {
    await post(form.action, fields);
    form.closest('details')?.removeAttribute('open');
  } catch (refused) {
    toast(refused.message, { bad: true });
  }
  document.activeElement?.blur();
  await renew();
  for (const button of all('button', form)) button.disabled = false;
});

document.addEventListener('visibilitychange', () => !document.hidden && renew());
timer = setTimeout(renew, wait);
