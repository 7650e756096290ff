// Messages on an order: what comes is shown by itself, and what was shown is marked as seen.
import { all, backoff, getJson, getPage, number, one, post, Refused } from './util.js';

const EVERY_MS = 6000;
const box = one('[data-talk]');
const field = one('[data-say]');

/** What was new is not, on this page's badges too. */
function lessNew(n) {
  for (const badge of all('.new')) {
    const text = badge.firstChild;
    const left = Number(text.data.replace(/\D/g, '')) - n;
    if (left > 0) text.data = number(left);
    else badge.remove();
  }
}

let isInSight = box && !box.dataset.page; // on an order's page it is one card of many

/** Once it is looked at, and not before. */
async function markSeen() {
  if (document.hidden || !isInSight || !('unread' in box.dataset)) return;
  await post(`${box.dataset.talk}/seen`, { seen: box.dataset.last });
  lessNew(Number(box.dataset.unread));
  delete box.dataset.unread;
}

/** What stands on a fresh copy of the page takes the place of what is here; what is being written stays. */
async function draw() {
  const page = await getPage(box.dataset.page ?? box.dataset.talk);
  const fresh = one('[data-talk]', page);
  if (!fresh) return field?.value ? undefined : location.reload();
  const follows = fresh.dataset.last !== box.dataset.last && isAtEnd();
  one('[data-words]', box).replaceWith(document.adoptNode(one('[data-words]', fresh)));
  box.dataset.last = fresh.dataset.last;
  if ('unread' in fresh.dataset) box.dataset.unread = fresh.dataset.unread;
  const seen = one('[name="seen"]', box);
  if (seen) seen.value = one('[name="seen"]', fresh)?.value ?? seen.value;
  if (follows && !box.dataset.page) toEnd(); // who reads above is left there
}

function isAtEnd() {
  const { scrollHeight, clientHeight, scrollTop } = document.documentElement;
  return scrollHeight - clientHeight - scrollTop < 120;
}

/** The last words stand above where one writes; of much that is new, the beginning. */
function toEnd() {
  scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' }); // where one writes is in view anyway
  const fresh = one('.is-new', box);
  if (fresh && fresh.getBoundingClientRect().top < 80) fresh.scrollIntoView({ block: 'center' });
}

async function follow() {
  let failures = 0;
  for (let read = 0; ; ) {
    await new Promise((done) => setTimeout(done, failures ? backoff(failures, 30000) : EVERY_MS));
    if (document.hidden) continue;
    try {
      const { last, messages } = await getJson(box.dataset.talk);
      const readNow = messages.filter((m) => m.is_read).length;
      if (String(last) !== box.dataset.last || readNow > read) await draw();
      read = readNow;
      await markSeen();
      failures = 0;
    } catch (error) {
      if (error instanceof Refused && error.status < 500 && error.status !== 429) return;
      failures++;
    }
  }
}

// Where there is a keyboard, Enter sends and Shift+Enter breaks the line.
field?.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  if (!matchMedia('(pointer: fine)').matches) return;
  event.preventDefault();
  if (field.value.trim()) field.form.requestSubmit(one('button', field.form));
});

if (box) {
  if (!box.dataset.page) toEnd();
  else
    new IntersectionObserver(([entry]) => {
      isInSight = entry.isIntersecting;
      markSeen().catch(() => {});
    }, { threshold: 0.3 }).observe(box);
  markSeen().catch(() => {});
  follow();
}
