// The host's desk: the card moves at once and can be moved back; prices, stock, talk and the
// stream's health stay current.
import { advice } from './advice.js';
import {
  all, clock, countdown, fill, getJson, getPage, money, newKey, number, one, post, toast,
} from './util.js';
import { feedCodes } from './feed.js';
import { player } from './player.js';
import { relay } from './relay.js';
import { run as runOrder } from './run.js';
import { room, talk } from './room.js';
import { lineOf, queues } from './queues.js';
import { unwarn, warn } from './warnings.js';
import { trend } from './trend.js';

const LOW = 20; // pieces: below this a product runs low
const HEALTH_MS = 2000;

const main = one('[data-desk]');
const say = main.dataset;
const lang = say.lang;
const base = `/shows/${say.desk}`;
const run = one('[data-run]');
const lists = {
  talk: one('[data-messages]'),
  question: one('[data-questions]'),
  held: one('[data-held-list]'),
};
const chat = talk(lists.talk, say.textHost, (m) => lineOf(m, 'talk'));
const stage = player(one('[data-player]'));

const itemOf = (id) => one(`[data-item="${Number(id)}"]`, run);
const shown = () => one('li.on', run);
const put = (selector, text) => all(selector).forEach((e) => (e.textContent = text));
let shownSince = 0;

function putItem(item) {
  const left = Number(item.dataset.left);
  one('[data-price]', item).textContent = money(Number(item.dataset.priceFen), lang);
  one('[data-stock]', item).textContent =
    left > 0 ? fill(say.textLeft, number(left)) : say.textSoldOut;
  one('[data-line]', item).classList.toggle('low', left < LOW);
  if (item === shown()) putNow(item);
  const low = all('[data-item]:not(.off)', run).filter((i) => Number(i.dataset.left) < LOW).length;
  put('[data-low-n]', low);
  one('[data-low]').hidden = low === 0;
}

function putNow(item) {
  one('[data-now]').hidden = !item;
  one('[data-none]').hidden = Boolean(item);
  if (!item) return;
  const d = item.dataset;
  put('[data-now-title]', `${d.position} · ${d.title}`);
  put('[data-now-price]', money(Number(d.priceFen), lang));
  put('[data-now-left]', number(d.left));
  put('[data-now-sold]', number(d.sold));
  put('[data-now-note]', d.note);
}

function setCard(id) {
  for (const item of all('li.on', run)) item.classList.remove('on');
  const item = id ? itemOf(id) : null;
  item?.classList.add('on');
  shownSince = Date.now();
  putNow(item);
  // In one column the page itself scrolls, and must stay under the host's thumb.
  if (matchMedia('(min-width: 1100px)').matches) item?.scrollIntoView({ block: 'nearest' });
}

async function moveCard(wish) {
  const before = shown()?.dataset.item ?? '0';
  if (wish !== 'next') setCard(Number(wish)); // within a blink; the server has the last word
  try {
    // From the card that is seen here: if another desk has moved it, the step is not taken twice.
    const fields = wish === 'next' ? { item: wish, from: before } : { item: wish };
    const answer = await post(`${base}/card`, fields);
    if (wish === 'next') setCard(answer?.item);
    const now = shown();
    if (now && now.dataset.item !== before)
      toast(fill(say.textShown, now.dataset.title), {
        action: [say.textUndo, () => moveCard(before)],
      });
  } catch (error) {
    if (wish === 'next') await refresh().catch(() => {});
    else setCard(Number(before));
    toast(error.said ? error.message : say.textFailed, { bad: true });
  }
}

async function refresh(ofDesk) {
  const page = await getPage(location.href);
  const fresh = one('[data-desk]', page);
  if (!fresh) throw new Error('not a desk');
  run.replaceChildren(...one('[data-run]', page).children);
  await chat.catchUp(base);
  chat.keepOnly(one('[data-messages]', page));
  waiting.renew(page);
  putOffers(page);
  putPinned(one('[data-pinned]', page));
  say.deskEvents = fresh.dataset.deskEvents; // with a new ticket
  one('[data-tape]').replaceChildren(...one('[data-tape]', page).children);
  putNow(shown());
  all('[data-item]', run).forEach(putItem);
  stage.onAir(one('[data-player]', page).dataset.onAir === '1');
  return Number(ofDesk === true ? fresh.dataset.deskSeq : fresh.dataset.seq);
}

/** The first picture of a planned show makes it live. */
function begun() {
  if (!one('[data-when-planned]')) return;
  one('[data-when-planned]').remove();
  one('[data-when-live]').hidden = false;
  say.started = Date.now() / 1000;
}

// Orders are told by their stock; the tape and the show's figures follow a moment later, once for
// many of them.
let tapeTimer = 0;
function tapeSoon() {
  tapeTimer ||= setTimeout(async () => {
    tapeTimer = 0;
    try {
      const page = await getPage(location.href);
      one('[data-tape]').replaceChildren(...one('[data-tape]', page).children);
      for (const figure of all('[data-figure]'))
        figure.replaceChildren(...one(`[data-figure="${figure.dataset.figure}"]`, page).childNodes);
    } catch {
      // The next order asks again.
    }
  }, 1500);
}

const waiting = queues(lists, { base, say, chat });

function putPinned(from) {
  one('[data-pinned-text]').textContent = one('[data-pinned-text]', from).textContent;
  const unpin = one('[data-unpin]');
  if (unpin) unpin.dataset.unpin = one('[data-unpin]', from)?.dataset.unpin ?? '';
  one('[data-pinned]').hidden = from.hidden;
}

function pin(id, text) {
  one('[data-pinned-text]').textContent = text;
  one('[data-pinned]').hidden = !id;
  const unpin = one('[data-unpin]');
  if (unpin) unpin.dataset.unpin = id;
}

let offersTimer = 0;
function offersSoon() {
  offersTimer ||= setTimeout(async () => {
    offersTimer = 0;
    try {
      putOffers(await getPage(location.href));
    } catch {
      // The next change asks again.
    }
  }, 200);
}

function putOffers(page) {
  for (const list of all('[data-offer-list]')) {
    const fresh = one(`[data-offer-list="${list.dataset.offerList}"]`, page);
    if (fresh) list.replaceChildren(...fresh.children);
  }
  for (const time of all('[data-ends-in]')) startClock(time);
}

function startClock(time) {
  if (time.dataset.endsIn) countdown(time, Number(time.dataset.endsIn) / 1000, offersSoon);
}

const hooks = {
  stale: refresh,
  online: () => {},
  offline: () => toast(say.textOffline, { bad: true }),
  on: {
    viewers(m) {
      put('[data-viewers-n]', number(m.viewers));
    },
    chat(m) {
      chat.message(m);
      if (m.question) waiting.add('question', m);
    },
    restore: (m) => chat.message(m),
    retract(m) {
      chat.lineOf(m.id)?.classList.add('gone');
      waiting.done(m.id);
    },
    answered: (m) => waiting.done(m.id),
    pin: (m) => pin(m.id, m.text),
    unpin: () => pin('', ''),
    offers: () => offersSoon(),
    talk(m) {
      const rules = one('[data-rules]');
      if (!rules) return;
      rules.elements.slow.value = m.slow;
      rules.elements.off.checked = m.off;
    },
    card(m) {
      if (String(m.item || '') !== (shown()?.dataset.item ?? '')) setCard(m.item);
    },
    stock(m) {
      const item = one(`[data-sku="${Number(m.sku)}"]`, run);
      if (!item) return;
      item.dataset.left = m.left;
      item.dataset.sold = m.sold;
      putItem(item);
      tapeSoon();
    },
    price(m) {
      const item = itemOf(m.item);
      if (!item) return;
      item.dataset.priceFen = m.price.fen;
      putItem(item);
    },
    shelf: () => refresh().catch(() => {}),
    items: () => refresh().catch(() => {}),
    state(m) {
      if (m.on_air) begun();
      stage.onAir(m.on_air);
    },
    ended: () => location.reload(),
  },
};
// What only the desks hear.
const crewHooks = {
  stale: refresh.bind(null, true),
  online: () => {},
  // Taken off the crew, the page itself says so; else it brings a new ticket.
  async offline() {
    try {
      await refresh();
    } catch (error) {
      if (error.status === 403 || error.status === 401) location.reload();
    }
  },
  on: {
    held: () => refresh().catch(() => {}), // what was said is on the page of who keeps order
    judged: (m) => waiting.done(m.id),
    state(m) {
      if (m.on_air) stage.onAir(true);
    },
    cut: () => location.reload(),
    resumed: () => location.reload(),
    rehearsal: () => location.reload(),
    warning: (m) => warn(m),
    warning_seen: (m) => unwarn(m.id),
  },
};
if (one('[data-player]').dataset.status !== 'ended') {
  room(say.events, Number(say.seq), hooks);
  room(() => say.deskEvents, Number(say.deskSeq), crewHooks);
}

/* --- the stream's health, and the time --- */

/** Figures of the last ten minutes, and whether they rose. */
function putPace(pace) {
  for (const dd of all('[data-pace-of]')) {
    const name = dd.dataset.paceOf;
    const show = dd.dataset.money ? (n) => money(n, lang) : number;
    dd.textContent = show(pace[name]);
    const change = one(`[data-change="${name}"]`);
    const before = pace[`${name}_before`];
    const by = pace[name] - before;
    change.classList.toggle('up', by > 0);
    change.classList.toggle('down', by < 0);
    const sign = by > 0 ? '↑' : by < 0 ? '↓' : '';
    change.textContent = `${sign} ${say.textPaceBefore} ${show(before)}`.trim();
  }
}

async function health() {
  if (document.hidden) return;
  try {
    const { health: h, pace, relay: targets, advice: lines } = await getJson(`${base}/desk.json`);
    putPace(pace);
    relay(targets);
    advice(lines);
    const known = h?.known;
    put('[data-bitrate]', known ? `${h.mbps} Mb/s` : '–');
    put('[data-fps]', known ? h.fps : '–');
    put('[data-keyframe]', known ? `${h.keyframe_s} s` : '–');
    put('[data-dropped]', known ? number(h.dropped) : '–');
    one('[data-keyframe]')?.parentElement.classList.toggle('bad', known && h.keyframe_ms > 5000);
    one('[data-dropped]')?.parentElement.classList.toggle('bad', known && h.dropped > 0);
    if (known) stage.onAir(h.on_air);
  } catch {
    put('[data-bitrate]', '–');
  }
}
setInterval(health, HEALTH_MS);
feedCodes(say.textFailed);
setInterval(() => {
  const time = one('[data-clock]');
  if (time && say.started) time.textContent = clock(Date.now() / 1000 - Number(say.started));
  const since = one('[data-now-since]');
  if (since && shown() && shownSince) since.textContent = clock((Date.now() - shownSince) / 1000);
}, 1000);

trend(base, say.textPaceBefore);

/* --- forms --- */

const fenOf = (yuan) => Math.round(Number(String(yuan).replace(/[^\d.]/g, '')) * 100);

document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.matches('[data-card]')) {
    event.preventDefault();
    moveCard(one('[name="item"]', form).value);
  } else if (form.matches('[data-say]')) {
    event.preventDefault();
    await waiting.send(form);
  } else if (form.matches('[data-offer]')) {
    event.preventDefault();
    await sendOffer(form, event.submitter);
  } else if (form.matches('[data-add]')) {
    // Sent without leaving: a wrong code must not take the desk away in mid-show.
    event.preventDefault();
    const note = one('[data-add-error]', form);
    note.textContent = '';
    try {
      await post(form.action, Object.fromEntries(new FormData(form)));
      form.reset();
      await refresh();
    } catch (error) {
      note.textContent = error.said ? error.message : say.textFailed;
    }
  }
});

// Offers are prepared and started without leaving; what the server refuses is said beside the form.
async function sendOffer(form, button) {
  const fields = new FormData(form, button);
  const note = one('[data-offer-error]', form);
  if (note) note.textContent = '';
  try {
    await post(form.action, new URLSearchParams(fields));
    form.closest('details')?.removeAttribute('open');
    offersSoon();
  } catch (error) {
    const text = error.said ? error.message : say.textFailed;
    if (note) note.textContent = text;
    else toast(text, { bad: true });
  }
}

// Prices are typed in yuan and sent in fen.
document.addEventListener('formdata', (event) => {
  for (const input of all('[data-yuan]', event.target))
    if (input.value.trim()) event.formData.set(input.dataset.yuan, fenOf(input.value));
});

const dialog = one('[data-edit-dialog]');
const editForm = one('[data-edit-form]');

function edit(what) {
  const item = shown();
  if (!item) return;
  const price = what === 'price';
  one('[data-edit-title]').textContent = item.dataset.title;
  one('[data-edit-price]').hidden = !price;
  one('[data-edit-stock]').hidden = price;
  one('[data-edit-error]').textContent = '';
  const input = one(price ? '#edit-price' : '#edit-stock');
  input.value = price ? (Number(item.dataset.priceFen) / 100).toFixed(2) : '';
  editForm.dataset.url = price
    ? `${base}/items/${item.dataset.item}`
    : `/hall/skus/${item.dataset.sku}/stock`;
  editForm.dataset.what = what;
  delete editForm.dataset.sure;
  editForm.dataset.key = newKey(); // pressed twice, the pieces are added once
  dialog.showModal();
  input.select();
}

editForm.addEventListener('submit', async (event) => {
  event.preventDefault();
  const fields =
    editForm.dataset.what === 'price'
      ? { price_fen: fenOf(one('#edit-price').value) }
      : { pieces: one('#edit-stock').value.trim() };
  const usual = Number(shown()?.dataset.hallFen);
  const sure = String(fields.price_fen);
  if (fields.price_fen > 0 && fields.price_fen * 2 < usual && editForm.dataset.sure !== sure) {
    editForm.dataset.sure = sure; // a slip of the finger sells for nothing
    one('[data-edit-error]').textContent = say.textPriceLow;
    return;
  }
  try {
    const { url } = editForm.dataset;
    const answer = await post(url, fields, { 'Idempotency-Key': editForm.dataset.key });
    dialog.close();
    const back = answer.was_fen ? { price_fen: answer.was_fen } : { pieces: -fields.pieces };
    const again = { 'Idempotency-Key': newKey() };
    const undo = () => post(url, back, again).catch((error) => toast(error.message, { bad: true }));
    toast(say.textSaved, { action: [say.textUndo, undo] });
  } catch (error) {
    one('[data-edit-error]').textContent = error.said ? error.message : say.textFailed;
  }
});

document.addEventListener('click', async (event) => {
  const target = event.target.closest('[data-edit], [data-edit-cancel], [data-copy], [data-reveal]');
  if (!target) return;
  if (target.dataset.edit) edit(target.dataset.edit);
  if ('editCancel' in target.dataset) dialog.close();
  if (target.dataset.copy) {
    await navigator.clipboard.writeText(document.getElementById(target.dataset.copy).value);
    toast(say.textCopied);
  }
  if (target.dataset.reveal) {
    const input = document.getElementById(target.dataset.reveal);
    input.type = input.type === 'password' ? 'text' : 'password';
  }
});

runOrder(run, { base, say, refresh });
all('[data-item]', run).forEach(putItem);
all('[data-ends-in]').forEach(startClock);
