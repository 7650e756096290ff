// What needs doing, by the keyboard: j and k, or the arrows once one is there, walk from thing to
// thing; Enter opens it. Who comes back stands where it was, which is then the next thing.
import { all, one } from './util.js';

const PLACE = 'console-place';
const box = one('[data-walks]');
const stops = () => all('[data-walk]', box);

function go(by) {
  const list = stops();
  const here = list.indexOf(document.activeElement);
  const to = here < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, here + by));
  list[to]?.focus();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, textarea, select')) return;
  const inside = box.contains(event.target);
  if (event.key === 'j' || (inside && event.key === 'ArrowDown')) go(1);
  else if (event.key === 'k' || (inside && event.key === 'ArrowUp')) go(-1);
  else if (inside && event.key === 'Home') stops()[0].focus();
  else if (inside && event.key === 'End') stops().at(-1).focus();
  else return;
  event.preventDefault();
}

// The first of a line's rows that is there no more leaves its place to the one after it.
function comeBack() {
  const place = JSON.parse(sessionStorage.getItem(PLACE) ?? 'null');
  sessionStorage.removeItem(PLACE);
  if (place?.path !== location.pathname) return;
  const list = stops();
  const same = list.find((a) => a.getAttribute('href') === place.href);
  (same ?? list[Math.min(place.index, list.length - 1)])?.focus();
}

if (box) {
  document.addEventListener('keydown', onKey);
  box.addEventListener('click', (event) => {
    const stop = event.target.closest('[data-walk]');
    if (stop)
      sessionStorage.setItem(PLACE, JSON.stringify({
        path: location.pathname, href: stop.getAttribute('href'), index: stops().indexOf(stop),
      }));
  });
  comeBack();
}
