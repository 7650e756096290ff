// The replay of a show: the picture with its talk and cards in time. One clock, the video's; seeking
// moves all three. The server gives talk by stretches of the replay, and the page knows the cards.
import { all, fill, getJson, money, number, one, share, toast } from './util.js';
import { talk } from './room.js';
import { sheet } from './sheet.js';

const STRETCH_MS = 60_000; // REPLAY_TALK_MS of the server
const BEFORE_MS = 45_000; // of talk that is shown after a jump
const JUMP_MS = 3000; // a step of the clock beyond this is a jump

const main = one('[data-replay]');
const say = main.dataset;
const lang = say.lang;
const stage = one('#stage');
const video = one('video', stage);
const card = one('[data-showing]');
const tray = one('[data-tray]');
const bar = one('[data-bar]');
const seek = one('[data-seek]', bar);
const chat = talk(one('[data-messages]'), say.textHost);
const order = sheet(one('[data-sheet]'), lang);
const whole = Number(seek.max);

const clock = (ms) => {
  const s = Math.floor(ms / 1000);
  const two = (n) => String(n).padStart(2, '0');
  const h = Math.floor(s / 3600);
  return h ? `${h}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
};

// ---- the picture ----

let hls = null;
video.controls = false;
bar.hidden = false;

/** hls.js where Media Source is; what plays HLS by itself (iPhones) has its address already. */
async function load() {
  if (!window.MediaSource && video.canPlayType('application/vnd.apple.mpegurl')) return;
  const { default: Hls } = await import(stage.dataset.hlsjs);
  if (!Hls.isSupported()) {
    toast(say.textFailed, { bad: true });
    return;
  }
  hls = new Hls({ enableWorker: false, maxBufferLength: 30 });
  let mended = 0;
  hls.on(Hls.Events.ERROR, (_, data) => {
    if (!data.fatal) return;
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && mended++ < 3) hls.recoverMediaError();
    else toast(say.textFailed, { bad: true });
  });
  hls.loadSource(stage.dataset.hls);
  hls.attachMedia(video);
}
const loaded = load();

const now = () => Math.round(video.currentTime * 1000);

async function play() {
  stage.classList.add('began');
  await loaded;
  await video.play().catch((error) => {
    if (error.name !== 'AbortError') stage.classList.remove('began');
  });
}

async function jump(ms) {
  await loaded;
  video.currentTime = Math.min(ms, whole) / 1000;
  moved();
}

// ---- cards ----

const cards = all('[data-cards] li').map((li) => ({ at: Number(li.dataset.at), item: li.dataset.card }));
const itemOf = (id) => id && one(`[data-item="${Number(id)}"]`, tray);

function putCard(item) {
  const d = item.dataset;
  const left = Number(d.left);
  const href = `/hall/products/${encodeURIComponent(d.slug)}?sku=${d.sku}`;
  one('[data-card-picture]', card).src = d.picture;
  const title = one('[data-card-title]', card);
  title.textContent = d.title;
  title.href = href;
  one('[data-card-price]', card).textContent = money(Number(d.hallPriceFen), lang);
  one('[data-card-left]', card).textContent = left > 0 ? fill(say.textLeft, number(left)) : say.textSoldOut;
  const buy = one('[data-card-buy]', card);
  buy.href = href;
  buy.setAttribute('aria-disabled', String(left === 0));
  const seller = one('[data-seller]');
  seller.href = `/hall/factories/${encodeURIComponent(d.factorySlug)}`;
  one('[data-seller-name]', seller).textContent = d.factory;
}

function showCard(id) {
  const item = itemOf(id) ?? null;
  const shown = item ? item.dataset.item : '';
  if (card.dataset.shown === shown) return;
  card.dataset.shown = shown;
  all('li.on[data-item]', tray).forEach((li) => li.classList.remove('on'));
  card.hidden = one('[data-seller]').hidden = !item;
  if (!item) return;
  item.classList.add('on');
  putCard(item);
  card.classList.remove('changed');
  void card.offsetWidth; // so that the animation starts anew
  card.classList.add('changed');
}

const cardAt = (ms) => cards.findLast((c) => c.at <= ms)?.item;

// ---- talk ----

const stretches = new Map(); // number of a stretch → its messages, or the promise of them

async function fetchStretch(n) {
  const messages = [];
  for (let after = 0, more = true; more; ) {
    const answer = await getJson(`${say.talk}?from=${n * STRETCH_MS}&after=${after}`);
    messages.push(...answer.messages);
    after = answer.messages.at(-1)?.id ?? 0;
    more = answer.more && messages.length < 5000;
  }
  return messages;
}

function stretch(n) {
  if (n < 0 || n * STRETCH_MS >= whole) return [];
  if (!stretches.has(n)) {
    const coming = fetchStretch(n).then((messages) => {
      stretches.set(n, messages);
      return messages;
    });
    coming.catch(() => stretches.delete(n)); // asked again when it is needed again
    stretches.set(n, coming);
  }
  return stretches.get(n);
}

let spoken = -1; // talk is shown up to here
let turn = 0; // a jump makes what was asked for before it stale

/** Messages of (after, until] into the list, once they are here. */
async function speak(after, until) {
  const mine = turn;
  spoken = until;
  const messages = [];
  for (let n = Math.max(0, Math.floor(after / STRETCH_MS)); n <= Math.floor(until / STRETCH_MS); n++)
    messages.push(...(await stretch(n)));
  if (mine !== turn) return;
  for (const m of messages) if (m.at_ms > after && m.at_ms <= until) chat.message(m);
}

async function catchUp(ms) {
  turn++;
  one('[data-messages]').replaceChildren();
  await speak(Math.max(-1, ms - BEFORE_MS), ms).catch(() => {});
  chat.toEnd();
}

// ---- the clock ----

const clips = all('[data-clip]', tray).map((li) => ({ li, at: Number(li.dataset.at), end: Number(li.dataset.at) + Number(li.dataset.length) }));
let seeking = false;

function moved() {
  const ms = now();
  if (!seeking) {
    seek.value = ms;
    seek.style.setProperty('--played', `${whole ? (ms / whole) * 100 : 0}%`);
    one('[data-now]', bar).textContent = clock(ms);
    seek.setAttribute('aria-valuetext', clock(ms));
  }
  showCard(cardAt(ms));
  for (const c of clips) c.li.classList.toggle('on', ms >= c.at && ms < c.end);
  if (ms < spoken || ms - spoken > JUMP_MS) catchUp(ms);
  else if (ms > spoken) speak(spoken, ms).catch(() => {});
  stretch(Math.floor(ms / STRETCH_MS) + 1); // so that it is here in time
}

function toggled() {
  const { paused } = video;
  one('[data-when-paused]', bar).hidden = !paused;
  one('[data-when-playing]', bar).hidden = paused;
  one('[data-toggle]', bar).setAttribute('aria-label', paused ? say.textPlay : say.textPause);
  stage.classList.toggle('playing', !paused);
}

for (const name of ['timeupdate', 'seeked']) video.addEventListener(name, moved);
for (const name of ['play', 'pause', 'ended']) video.addEventListener(name, toggled);
video.addEventListener('play', () => stage.classList.add('began'));
// A picture wider than high is shown whole; the stage is made for one that is held upright.
video.addEventListener('resize', () => stage.classList.toggle('wide', video.videoWidth > video.videoHeight));
video.addEventListener('click', () => (video.paused ? play() : video.pause()));

for (const c of clips) {
  const mark = document.createElement('i');
  mark.style.insetInlineStart = `${whole ? (c.at / whole) * 100 : 0}%`;
  one('[data-marks]', bar).append(mark);
}

// ---- what is pressed ----

one('[data-start]').addEventListener('click', play);
one('[data-toggle]', bar).addEventListener('click', () => (video.paused ? play() : video.pause()));
seek.addEventListener('input', () => {
  seeking = true;
  one('[data-now]', bar).textContent = clock(Number(seek.value));
  seek.style.setProperty('--played', `${(Number(seek.value) / whole) * 100}%`);
});
seek.addEventListener('change', () => {
  seeking = false;
  jump(Number(seek.value));
});
bar.addEventListener('submit', (event) => event.preventDefault());

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') tray.classList.remove('open');
  if (event.target.closest('input, textarea, button, a, dialog')) return;
  if (event.key === ' ') {
    event.preventDefault();
    video.paused ? play() : video.pause();
  } else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
    jump(Math.max(0, now() + (event.key === 'ArrowLeft' ? -10_000 : 10_000)));
  }
});

document.addEventListener('click', (event) => {
  const buy = event.target.closest('[data-buy], [data-card-buy]');
  const clip = event.target.closest('[data-jump]')?.closest('[data-clip]');
  if (buy) {
    event.preventDefault();
    const item = buy.closest('[data-item]') ?? itemOf(card.dataset.shown);
    if (item && buy.getAttribute('aria-disabled') !== 'true')
      order.open(`/orders/new?sku=${item.dataset.sku}&quantity=1`);
  } else if (clip) {
    event.preventDefault();
    tray.classList.remove('open');
    jump(Number(clip.dataset.at)).then(play);
  } else if (event.target.closest('[data-open-tray]')) {
    event.preventDefault();
    tray.classList.add('open');
    one('[data-close-tray]', tray)?.focus({ preventScroll: true });
  } else if (
    event.target.closest('[data-close-tray]') ||
    (tray.classList.contains('open') && !event.target.closest('[data-tray], dialog'))
  ) {
    event.preventDefault();
    tray.classList.remove('open');
  }
});

one('[data-share]')?.addEventListener('click', () => share(location.origin + location.pathname, say.textCopied));

// "#t=90000": from a clip's page.
const from = Number(/^#t=(\d+)$/.exec(location.hash)?.[1] ?? 0);
toggled();
if (from > 0) jump(from);
else moved();
window.addEventListener('pagehide', () => video.pause());
