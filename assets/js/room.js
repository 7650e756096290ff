// What happens beside the picture: one WebSocket that tells everything in order. The first frame
// says which message is the newest; when the page was made from less, it is made up to date once.
import { backoff, getJson } from './util.js';

/**
 * @param {string|(() => string)} path  the socket's address, asked for anew for each connection
 * @param {number} seq   number of the newest message that the page already shows
 * @param {{on: Record<string, (message: object) => void>, stale(): Promise<number>,
 *          online(): void, offline(): void}} hooks
 *        stale: fetches the page's parts anew and gives the number they were made from
 * @returns {{stop(): void}} for when the show is over: its room is gone, and asking again in vain
 */
export function room(path, seq, hooks) {
  let attempt = 0;
  let seen = seq;
  let socket = null;
  let lastHeard = performance.now();
  let gone = false;
  let stopped = false;

  function connect() {
    if (gone) return;
    const url = new URL(typeof path === 'function' ? path() : path, location.href);
    if (seen > 0) url.searchParams.set('after', seen); // the log goes on from there, if it still can
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    socket = new WebSocket(url);
    socket.addEventListener('message', (event) => hear(JSON.parse(event.data)));
    socket.addEventListener('close', lost, { once: true });
  }

  function lost() {
    socket = null;
    if (gone) return;
    if (attempt === 1) hooks.offline();
    setTimeout(connect, backoff(attempt++));
  }

  async function hear(message) {
    lastHeard = performance.now();
    if (message.type === 'hello') {
      if (attempt > 1) hooks.online();
      attempt = 0;
      hooks.on.viewers?.(message);
      // Another number than the last one read: something was missed, or the room is a new one, whose
      // numbers may even be smaller when a clock was set back.
      if (message.seq !== seen) {
        seen = message.seq;
        try {
          seen = Math.max(seen, await hooks.stale());
        } catch {
          seen = -1; // the next hello tries again
        }
      }
      return;
    }
    if (seen >= 0 && message.seq <= seen) return;
    if (seen >= 0) seen = message.seq ?? seen;
    hooks.on[message.type]?.(message);
  }

  // A phone that slept may hold a socket that is dead without saying so.
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && performance.now() - lastHeard > 60000) socket?.close();
  });
  window.addEventListener('online', () => socket?.close());
  window.addEventListener('pagehide', () => {
    gone = true;
    socket?.close();
  });
  window.addEventListener('pageshow', (event) => {
    if (!event.persisted || stopped) return;
    gone = false;
    connect();
  });
  connect();

  return {
    stop() {
      gone = stopped = true;
      socket?.close();
    },
  };
}

/**
 * The talk: a list that follows its end unless the reader has scrolled back. `make` builds a line
 * out of a message; without one, it is a name and a text.
 */
export function talk(list, hostText, make) {
  const KEPT = 200;
  const atEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  const toEnd = () => (list.scrollTop = list.scrollHeight);
  const lineOf = (id) => list.querySelector(`[data-message="${Number(id)}"]`);
  // Whoever reads the newest goes on reading it, also when a card or a sale takes of the list's height.
  let follows = true;
  list.addEventListener('scroll', () => (follows = atEnd()), { passive: true });
  new ResizeObserver(() => follows && toEnd()).observe(list);
  toEnd();

  function put(line, before) {
    list.insertBefore(line, before ?? null);
    while (list.childElementCount > KEPT) list.firstElementChild.remove();
    if (follows) toEnd();
    return line;
  }

  function plain(m) {
    const line = document.createElement('li');
    if (m.crew) line.className = 'host';
    if (m.name) {
      const who = document.createElement('b');
      who.append(m.crew ? hostText.replace('#', () => m.name) : m.name);
      line.append(who);
    }
    if (m.to) {
      const to = document.createElement('i');
      to.append(`@${m.to}`);
      line.append(to, ' ');
    }
    line.append(m.text);
    return line;
  }

  return {
    toEnd,
    lineOf,
    message(m) {
      const known = lineOf(m.id);
      if (known) {
        known.classList.remove('waits', 'gone'); // let through, or put back
        return known;
      }
      const line = (make ?? plain)(m);
      line.dataset.message = m.id;
      if (m.held) line.classList.add('waits');
      // In the order in which it was said, also when it was let through later.
      const after = [...list.children].find((l) => Number(l.dataset.message) > m.id);
      return put(line, after);
    },
    /** What a reader missed, from the last message it has. */
    async catchUp(base) {
      for (let asked = 0; asked < 3; asked++) {
        const ids = [...list.children].map((l) => Number(l.dataset.message) || 0);
        const { messages } = await getJson(`${base}/chat?after=${Math.max(0, ...ids)}`);
        for (const m of messages) this.message(m);
        if (messages.length < KEPT) return;
      }
    },
    remove: (id) => lineOf(id)?.remove(),
    /** Takes out what a fresh copy of the list no longer has. */
    keepOnly(fresh) {
      const ids = [...fresh.children].map((l) => Number(l.dataset.message));
      for (const line of [...list.children]) {
        const id = Number(line.dataset.message);
        if (id >= ids[0] && !ids.includes(id) && id <= ids.at(-1)) line.remove();
      }
    },
    system(text) {
      const line = document.createElement('li');
      line.className = 'system';
      line.append(text);
      put(line);
    },
  };
}
