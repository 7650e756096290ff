// Tells the server that this window watches the show, from when to when, and that an order sheet was
// opened: counted without a name. The number that it is known by is made for this show, and is
// forgotten with the window.
import { newKey, post } from './util.js';

const SOON_MS = 10000; // no sign twice within
const SPREAD_MS = 4000; // all windows that waited for the picture do not speak at once

/** Loaded again, a window is the same visit. */
function visitor(show) {
  const name = `visit:${show}`;
  try {
    const known = sessionStorage.getItem(name);
    if (known) return known;
    const fresh = newKey();
    sessionStorage.setItem(name, fresh);
    return fresh;
  } catch {
    return newKey(); // a window that keeps nothing
  }
}

export function audience(base, { crew, show, live }) {
  const url = `${base}/visit`;
  const me = crew ? '' : visitor(show);
  let counted = false;
  let last = 0;
  let timer = 0;

  function sign(what, more = {}) {
    if (!counted) return;
    last = performance.now();
    navigator.sendBeacon(url, new URLSearchParams({ do: what, visitor: me, ...more }));
  }

  async function start() {
    clearInterval(timer);
    const query = new URLSearchParams(location.search);
    const from = query.get('from') ?? query.get('utm_source') ?? '';
    try {
      const ref = document.referrer.slice(0, 1000);
      const answer = await post(url, { do: 'start', visitor: me, from, ref });
      counted = answer.counts;
      if (answer.again_ms) timer = setInterval(() => (counted ? sign('seen') : start()), answer.again_ms);
    } catch (error) {
      counted = false;
      if (error.status === 429 || error.status === 503) timer = setInterval(start, 60000);
    }
  }

  if (!crew) {
    if (live) start();
    addEventListener('pagehide', () => sign('end'));
    addEventListener('pageshow', (event) => event.persisted && start());
    document.addEventListener('visibilitychange', () => {
      if (document.hidden && performance.now() - last > SOON_MS) sign('seen');
    });
  }
  return {
    /** The first picture came. */
    live() {
      if (!crew && !counted) setTimeout(start, Math.random() * SPREAD_MS);
    },
    /** The order sheet of an item, from the card, the tray or a flash sale. */
    opened: (item, origin) => sign('open', { item, origin }),
    ended() {
      sign('end');
      counted = false;
      clearInterval(timer);
    },
  };
}
