// What happens beside the picture: one WebSocket that tells everything in order. The first frame
// says which message is the newest; when the page was made from less, it is made up to date once.
import { backoff } from './util.js';

/**
 * @param {string} path  the socket's address
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
    const url = new URL(path, location.href);
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
      if (message.seq > seen) {
        try {
          seen = Math.max(seen, await hooks.stale());
        } catch {
          // The next hello tries again.
        }
      }
      return;
    }
    if (message.seq <= seen) return;
    seen = message.seq ?? seen;
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

/** The talk: a list that follows its end unless the reader has scrolled back. */
export function talk(list, hostText) {
  const KEPT = 200;
  const atEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  const toEnd = () => (list.scrollTop = list.scrollHeight);
  toEnd();

  function add(name, text, className) {
    const follow = atEnd();
    const line = document.createElement('li');
    if (className) line.className = className;
    if (name) {
      const who = document.createElement('b');
      who.append(name);
      line.append(who);
    }
    line.append(text);
    list.append(line);
    while (list.childElementCount > KEPT) list.firstElementChild.remove();
    if (follow) toEnd();
    return line;
  }

  return {
    toEnd,
    message(m) {
      if (list.querySelector(`[data-message="${Number(m.id)}"]`)) return;
      const name = m.crew ? hostText.replace('#', () => m.name) : m.name;
      add(name, m.text, m.crew ? 'host' : '').dataset.message = m.id;
    },
    system: (text) => add('', text, 'system'),
  };
}
