// Messages on an order: what comes is shown by itself, and what was shown is marked as seen.
import { backoff, getJson, getPage, one, post, Refused } from './util.js';

const EVERY_MS = 6000;
const box = one('[data-talk]');
const field = one('[data-say]');

/** Once the page is looked at, and not before. */
async function markSeen() {
  if (document.hidden || !('unread' in box.dataset)) return;
  await post(`${box.dataset.talk}/seen`, { seen: box.dataset.last });
  delete box.dataset.unread;
}

/** What stands on a fresh copy of the page takes the place of what is here; what is being written stays. */
async function draw() {
  const page = await getPage(box.dataset.page ?? box.dataset.talk);
  const fresh = one('[data-talk]', page);
  if (!fresh) return location.reload();
  one('[data-words]', box).replaceWith(document.adoptNode(one('[data-words]', fresh)));
  box.dataset.last = fresh.dataset.last;
  if ('unread' in fresh.dataset) box.dataset.unread = '';
  const seen = one('[name="seen"]', box);
  if (seen) seen.value = one('[name="seen"]', fresh)?.value ?? seen.value;
  if (!box.dataset.page) one('#end').scrollIntoView({ block: 'nearest' });
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
  if (!box.dataset.page) (one('.is-new', box) ?? one('#end')).scrollIntoView({ block: 'center' });
  markSeen().catch(() => {});
  follow();
}
