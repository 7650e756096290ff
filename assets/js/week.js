// The week of a space: bookings are dragged to another time, or longer by their lower end. What the town refuses snaps
// back, with the reason; what it takes can be taken back. By keyboard: arrows move, Shift with up and down resizes. Without a script, the booking's page
// has a form for it.
import { fill, toast } from './util.js';

const grid = document.querySelector('[data-week]');
const FIRST = 14, STEPS = 48, HEAD = 40, STEP = 20, EDGE = 8;

const time = (step) => `${String(Math.floor(step / 2)).padStart(2, '0')}:${step % 2 ? '30' : '00'}`;

function draw(bar, place) {
  place.col.append(bar);
  bar.style.gridRow = `${place.from - FIRST + 2} / span ${place.until - place.from}`;
  bar.querySelector('b').textContent = `${time(place.from)}–${time(place.until)}`;
}

const placeOf = (bar) => ({ col: bar.closest('.week-col'), from: Number(bar.dataset.from), until: Number(bar.dataset.until) });

async function send(bar, place) {
  const body = new URLSearchParams({ csrf: grid.dataset.csrf, space: grid.dataset.space, day: place.col.dataset.day,
    from: time(place.from), until: time(place.until) });
  const reply = await fetch(`/venue/bookings/${bar.dataset.id}/move`,
    { method: 'POST', body, headers: { accept: 'application/json' } }).catch(() => null);
  if (reply?.ok) return null;
  const answer = await reply?.json().catch(() => null);
  return answer?.message || answer?.detail || answer?.title || grid.dataset.textLost;
}

// undo: by the button of what is said, which is then not said again.
async function settle(bar, before, place, undo = false) {
  if (place.col === before.col && place.from === before.from && place.until === before.until) return draw(bar, before);
  draw(bar, place);
  bar.setAttribute('aria-busy', 'true');
  const why = await send(bar, place);
  bar.removeAttribute('aria-busy');
  if (why) {
    draw(bar, before);
    toast(why, { bad: true, ms: 8000 });
    return;
  }
  Object.assign(bar.dataset, { from: place.from, until: place.until, day: place.col.dataset.day });
  const day = place.col.querySelector('.week-day').textContent, at = `${time(place.from)}–${time(place.until)}`;
  toast(fill(grid.dataset.textMoved, `${day} ${at}`),
    undo ? {} : { action: [grid.dataset.textUndo, () => settle(bar, place, before, true)], ms: 10000 });
}

function within(from, length) {
  return Math.max(FIRST, Math.min(STEPS - length, from));
}

function begin(down, bar) {
  const box = bar.getBoundingClientRect(), before = placeOf(bar), length = before.until - before.from;
  const longer = down.clientY > box.bottom - EDGE, grabbed = Math.floor((down.clientY - box.top) / STEP);
  let place = before, moved = false;
  const move = (e) => {
    if (!moved && Math.hypot(e.clientX - down.clientX, e.clientY - down.clientY) < 5) return;
    moved = true;
    bar.classList.add('dragging');
    const cols = [...grid.querySelectorAll('.week-col')];
    const col = longer ? before.col : cols.find((c) => e.clientX < c.getBoundingClientRect().right) ?? cols.at(-1);
    const step = FIRST + Math.floor((e.clientY - col.getBoundingClientRect().top - HEAD) / STEP);
    const from = longer ? before.from : within(step - grabbed, length);
    place = { col, from, until: longer ? Math.max(from + 1, Math.min(STEPS, step + 1)) : from + length };
    draw(bar, place);
  };
  const end = (e) => {
    for (const [name, fn] of heard) document.removeEventListener(name, fn);
    bar.classList.remove('dragging');
    if (e.type === 'pointercancel') return draw(bar, before);
    if (!moved) return;
    const stop = (c) => c.preventDefault(); // it was no tap
    bar.addEventListener('click', stop);
    setTimeout(() => bar.removeEventListener('click', stop), 50);
    settle(bar, before, place);
  };
  // Of the document: a bar that goes to another day's column would lose the pointer.
  const heard = [['pointermove', move], ['pointerup', end], ['pointercancel', end]];
  for (const [name, fn] of heard) document.addEventListener(name, fn);
}

function key(e, bar) {
  const before = placeOf(bar), length = before.until - before.from;
  const up = { ArrowUp: -1, ArrowDown: 1 }[e.key] ?? 0, aside = { ArrowLeft: -1, ArrowRight: 1 }[e.key] ?? 0;
  if (!up && !aside) return;
  e.preventDefault();
  const cols = [...grid.querySelectorAll('.week-col')], col = cols[cols.indexOf(before.col) + aside] ?? before.col;
  const until = Math.max(before.from + 1, Math.min(STEPS, before.until + up));
  const from = within(before.from + up, length);
  settle(bar, before, e.shiftKey ? { col: before.col, from: before.from, until } : { col, from, until: from + length })
    .then(() => bar.focus());
}

for (const bar of grid?.querySelectorAll('[data-may-move]') ?? []) {
  bar.draggable = false;
  bar.addEventListener('pointerdown', (e) => e.button === 0 && begin(e, bar));
  bar.addEventListener('keydown', (e) => key(e, bar));
}
