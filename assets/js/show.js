// The live room: picture, talk, the card of what is being shown, the tray, and ordering.
import { all, fill, getPage, money, newKey, number, one, post, share, toast } from './util.js';
import { audience } from './audience.js';
import { offers } from './offers.js';
import { player } from './player.js';
import { room, talk } from './room.js';
import { sheet } from './sheet.js';

const main = one('[data-room]');
const base = `/shows/${main.dataset.room}`;
const say = main.dataset;
const lang = say.lang;
const stage = player(one('[data-player]'));
const chat = talk(one('[data-messages]'), say.textHost);
const order = sheet(one('[data-sheet]'), lang);
const card = one('[data-showing]');
const tray = one('[data-tray]');
const { status } = one('[data-player]').dataset;
const visit = audience(base, {
  crew: Boolean(say.crew),
  show: say.room,
  live: status === 'live',
});
let offer; // made below, when all it speaks of is there

const itemOf = (id) => one(`[data-item="${Number(id)}"]`, tray);
const buyHref = (item) =>
  `/orders/new?sku=${item.dataset.sku}&quantity=1&show=${encodeURIComponent(say.room)}`;

function put(selector, text) {
  const element = one(selector, card);
  if (element) element.textContent = text;
}

function putStock(item) {
  const sale = offer?.saleOf(item);
  const left = sale?.left ?? Number(item.dataset.left);
  const text = left > 0 ? fill(say.textLeft, number(left)) : say.textSoldOut;
  one('[data-stock]', item).textContent = text;
  one('[data-price]', item).textContent = money(sale?.price_fen ?? Number(item.dataset.priceFen), lang);
  item.classList.toggle('flash', Boolean(sale));
  one('[data-buy]', item).setAttribute('aria-disabled', String(left === 0));
  return text;
}

/** Makes the card of an item of the tray. */
function putCard(item) {
  const d = item.dataset;
  const sale = offer?.saleOf(item);
  const left = sale?.left ?? Number(d.left);
  const price = sale?.price_fen ?? Number(d.priceFen);
  const was = sale?.was_fen ?? Number(d.hallPriceFen);
  const href = `/hall/products/${encodeURIComponent(d.slug)}?show=${say.room}&sku=${d.sku}`;
  one('[data-card-picture]', card).src = d.picture;
  const title = one('[data-card-title]', card);
  title.textContent = d.title;
  title.href = href;
  put('[data-card-price]', money(price, lang));
  put('[data-card-was]', money(was, lang));
  one('[data-card-was]', card).hidden = was <= price;
  put('[data-card-sold]', fill(say.textSold, number(d.sold)));
  put('[data-card-left]', putStock(item));
  one('[data-card-left]', card).classList.toggle('low', left < 20);
  const buy = one('[data-card-buy]', card);
  buy.href = href;
  buy.setAttribute('aria-disabled', String(left === 0));
  const seller = one('[data-seller]');
  seller.href = `/hall/factories/${encodeURIComponent(d.factorySlug)}`;
  one('[data-seller-name]', seller).textContent = d.factory;
  seller.hidden = false;
  card.dataset.shown = d.item;
  card.hidden = false;
}

function showCard(id) {
  for (const item of all('li.on', tray)) item.classList.remove('on');
  const item = id ? itemOf(id) : null;
  if (!item) {
    card.hidden = true;
    one('[data-seller]').hidden = true;
    return;
  }
  item.classList.add('on');
  putCard(item);
  card.classList.remove('changed');
  void card.offsetWidth; // so that the animation starts anew
  card.classList.add('changed');
}

const shown = () => one('li.on', tray);

async function refresh() {
  const page = await getPage(location.href);
  const fresh = one('[data-room]', page);
  if (!fresh) throw new Error('not a room');
  tray.replaceChildren(...one('[data-tray]', page).children);
  for (const badge of all('[data-items-n]')) badge.textContent = all('[data-item]', tray).length;
  await chat.catchUp(base);
  chat.keepOnly(one('[data-messages]', page));
  putPinned(one('[data-pinned]', page));
  offer.renew(page);
  const now = shown();
  if (String(now?.dataset.item ?? '') !== (card.hidden ? '' : card.dataset.shown ?? ''))
    showCard(now?.dataset.item);
  else if (now) putCard(now);
  const picture = one('[data-player]', page).dataset;
  if (picture.status === 'ended') ended();
  else {
    whenLive(picture.status === 'live');
    stage.onAir(picture.onAir === '1');
  }
  return Number(fresh.dataset.seq);
}

function whenLive(live) {
  for (const e of all('[data-when-live]')) e.hidden = !live;
  if (live) for (const e of all('[data-when-planned]')) e.hidden = true; // nobody waits any more
}

// The card must not run ahead of the picture: it changes when the viewer's picture gets there.
const CARD_WAITS_MS = 5000; // at most
let cardTimer = 0;
const pictureDelay = () =>
  document.hidden ? 0 : Math.min(CARD_WAITS_MS, Math.max(0, (stage.latency() ?? 0) * 1000));

function ended() {
  clearTimeout(cardTimer);
  whenLive(false);
  for (const e of all('[data-when-planned]')) e.hidden = true;
  showCard(0);
  offer.over();
  const input = one('[data-say] [name="text"]');
  if (input) Object.assign(input, { disabled: true, placeholder: say.textEnded });
  stage.ended();
  events?.stop();
  visit.ended();
}

const soldLines = new Map(); // item → pieces that are not yet told

function tellSold(item, pieces) {
  if (pieces <= 0) return;
  const first = !soldLines.has(item);
  soldLines.set(item, (soldLines.get(item) ?? 0) + pieces);
  if (!first) return;
  setTimeout(() => {
    const n = soldLines.get(item);
    soldLines.delete(item);
    chat.system(fill(say.textSoldSystem, item.dataset.title + (n > 1 ? ` × ${n}` : '')));
  }, 1500);
}

function putPinned(from) {
  one('[data-pinned-text]').textContent = one('[data-pinned-text]', from).textContent;
  one('[data-pinned]').hidden = from.hidden;
}

function pin(text) {
  one('[data-pinned-text]').textContent = text;
  one('[data-pinned]').hidden = !text;
}

function talkRules(m) {
  const input = one('[data-say] [name="text"]');
  if (!input || main.dataset.crew) return;
  input.disabled = m.off;
  input.placeholder = m.off ? say.textTalkOff : m.slow ? fill(say.textSlow, m.slow) : say.textSay;
}

offer = offers({
  base,
  itemOf,
  changed: (item) => (item === shown() ? putCard(item) : putStock(item)),
  say: (text) => chat.system(text),
  open(item) {
    visit.opened(item.dataset.item, 'flash');
    order.open(buyHref(item));
  },
});
offer.start();

const hooks = {
  stale: refresh,
  online: () => toast(say.textBack),
  offline() {
    toast(say.textOffline, { bad: true });
    refresh().catch(() => {}); // the show may have ended meanwhile
  },
  on: {
    viewers(m) {
      const element = one('[data-viewers]');
      if (element) element.textContent = fill(say.textViewers, number(m.viewers));
    },
    chat: (m) => chat.message(m),
    restore: (m) => chat.message(m),
    retract(m) {
      if (one('[data-pinned]').dataset.id === String(m.id)) pin('');
      chat.remove(m.id);
    },
    pin(m) {
      pin(m.text);
      one('[data-pinned]').dataset.id = m.id;
    },
    unpin: () => pin(''),
    talk: talkRules,
    offers: (m) => offer.told(m),
    card(m) {
      clearTimeout(cardTimer);
      cardTimer = setTimeout(() => {
        if (m.item && !itemOf(m.item)) refresh().catch(() => {});
        else showCard(m.item);
      }, pictureDelay());
    },
    stock(m) {
      const item = one(`[data-sku="${Number(m.sku)}"]`, tray);
      if (!item) return;
      tellSold(item, m.sold - Number(item.dataset.sold));
      item.dataset.left = m.left;
      item.dataset.sold = m.sold;
      if (item === shown()) putCard(item);
      else putStock(item);
    },
    price(m) {
      const item = itemOf(m.item);
      if (!item) return;
      item.dataset.priceFen = m.price.fen;
      if (item === shown()) putCard(item);
      else putStock(item);
    },
    shelf: () => refresh().catch(() => {}),
    items: () => refresh().catch(() => {}),
    state(m) {
      if (m.on_air) whenLive(true); // a show is live from its first picture on, whatever comes then
      if (m.on_air) visit.live();
      stage.onAir(m.on_air);
    },
    stopped: () => stage.stop(),
    ended,
  },
};
const isOver = status === 'ended'; // such a show has no room
const events = isOver ? null : room(say.events, Number(say.seq), hooks);

const first = shown();
if (first) card.dataset.shown = first.dataset.item;

document.addEventListener('click', (event) => {
  const buy = event.target.closest('[data-buy], [data-card-buy]');
  if (buy) {
    event.preventDefault();
    const item = buy.closest('[data-item]') ?? shown();
    if (!item || buy.getAttribute('aria-disabled') === 'true') return;
    visit.opened(item.dataset.item, buy.matches('[data-card-buy]') ? 'card' : 'tray');
    order.open(buyHref(item));
    return;
  }
  if (event.target.closest('[data-open-tray]')) {
    event.preventDefault();
    tray.classList.add('open');
    one('[data-close-tray]', tray)?.focus({ preventScroll: true });
  } else if (
    event.target.closest('[data-close-tray]') ||
    (tray.classList.contains('open') && !event.target.closest('[data-tray], dialog'))
  ) {
    event.preventDefault();
    tray.classList.remove('open');
    if (location.hash) history.replaceState(null, '', location.pathname + location.search);
  }
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') tray.classList.remove('open');
});

const form = one('[data-say]');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const input = one('[name="text"]', form);
  const text = input.value.trim();
  if (!text) return;
  input.value = '';
  try {
    const answer = await post(form.action, { text }, { 'Idempotency-Key': newKey() });
    if (answer?.message) chat.message(answer.message);
    chat.toEnd(); // one's own words are looked for
    if (answer?.message?.held) toast(say.textHeld);
  } catch (error) {
    input.value ||= text;
    toast(error.said ? error.message : say.textFailed, { bad: true });
  }
});

one('[data-share]')?.addEventListener('click', () => share(`${location.origin}${location.pathname}?from=share`, say.textCopied));
