// The desk's list of other platforms, kept current by what the desk asks of itself now and then.
import { one } from './util.js';

/** @param {{targets: Array}} relay as /shows/ID/desk.json has it */
export function relay(now) {
  for (const target of now?.targets ?? []) {
    const row = one(`[data-relay-target="${Number(target.id)}"]`);
    if (!row) continue;
    const state = one('[data-relay-state]', row);
    state.className = `chip ${target.tone}`;
    state.textContent = target.name_of_state;
    one('[data-relay-words]', row).textContent = target.words;
    one('[data-relay-also]', row).textContent = target.also;
    const retry = one('[data-relay-retry]', row);
    if (retry) retry.hidden = !target.may_retry;
  }
}
