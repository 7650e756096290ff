// What waits for the crew beside the picture: questions, and messages that were held; and what may be
// done to a message. Every deed is a form, so that it works without this, too.
import { all, fill, newKey, one, post, toast } from './util.js';

/** A line of a desk's list, out of the page's own template. */
export function lineOf(m, kind) {
  const line = one(`template[data-line="${kind}"]`).content.firstElementChild.cloneNode(true);
  line.dataset.message = m.id;
  line.dataset.name = m.name;
  line.classList.toggle('host', Boolean(m.crew));
  const { textHost, textHeldWhy } = one('[data-desk]').dataset;
  one('b', line).textContent = m.crew ? fill(textHost, m.name) : m.name;
  if (m.to) {
    const to = document.createElement('i');
    to.append(`@${m.to} `);
    one('[data-text]', line).before(to);
  }
  one('[data-text]', line).textContent = m.text;
  if (m.held_why) {
    const why = document.createElement('em');
    why.className = 'why';
    why.append(fill(textHeldWhy, m.held_why));
    one('p', line).append(why);
  }
  for (const form of all('form', line))
    form.setAttribute('action', form.getAttribute('action').replace(/\d*$/, m.id));
  if (m.crew) for (const deed of all('[data-not-crew]', line)) deed.remove();
  return line;
}

export function queues(lists, { base, say, chat }) {
  const waits = { question: one('[data-count-questions]'), held: one('[data-count-held]') };
  const in_ = (kind, id) => one(`[data-message="${Number(id)}"]`, lists[kind]);
  const saying = one('[data-say]');

  function count() {
    for (const [kind, badge] of Object.entries(waits)) {
      const n = lists[kind].childElementCount;
      badge.textContent = n;
      badge.classList.toggle('waits', kind === 'held' && n > 0);
    }
  }

  function add(kind, m) {
    if (in_(kind, m.id)) return;
    const line = lineOf(m, kind);
    // Held ones in their order; the newest question on top, where it is read first.
    if (kind === 'held') lists[kind].append(line);
    else lists[kind].prepend(line);
    count();
  }

  function done(id) {
    in_('question', id)?.remove();
    in_('held', id)?.remove();
    count();
  }

  function renew(page) {
    lists.question.replaceChildren(...one('[data-questions]', page).children);
    lists.held.replaceChildren(...one('[data-held-list]', page).children);
    count();
  }

  /* --- answering --- */

  function replyTo(line) {
    one('[data-reply-to]').value = line?.dataset.message ?? '';
    one('[data-replying]').hidden = !line;
    if (!line) return;
    one('[data-replying-to]').textContent = fill(say.textReply, line.dataset.name);
    one('[name="text"]', saying).focus();
  }

  async function send(form) {
    const input = one('[name="text"]', form);
    const text = input.value.trim();
    if (!text) return;
    const fields = { text, reply_to: one('[data-reply-to]').value };
    input.value = '';
    try {
      await post(form.action, fields, { 'Idempotency-Key': newKey() });
      replyTo(null);
    } catch (error) {
      input.value ||= text;
      toast(error.said ? error.message : say.textFailed, { bad: true });
    }
  }

  /* --- deeds --- */

  const url = (id) => `${base}/messages/${id}`;
  const again = (error) => toast(error.said ? error.message : say.textFailed, { bad: true });
  const undoOf = {
    retract: (id) => () => post(url(id), { do: 'restore' }).catch(again),
    pin: (id) => () => post(url(id), { do: 'unpin' }).catch(again),
    mute: (id, silence) => () => post(`${base}/silences/${silence}/lift`, {}).catch(again),
    block: (id, silence) => () => post(`${base}/silences/${silence}/lift`, {}).catch(again),
    refuse: (id) => () => post(url(id), { do: 'release' }).catch(again),
  };

  async function deed(form, what) {
    const line = form.closest('[data-message]');
    const { message: id, name } = line.dataset;
    const said = {
      retract: say.textRetracted,
      pin: say.textPinned,
      mute: fill(say.textMuted, name),
      block: fill(say.textBlocked, name),
      refuse: say.textSaved,
    };
    all('details[open]', form).forEach((d) => (d.open = false));
    try {
      const fields = what === 'mute' ? { do: what, minutes: 10 } : { do: what };
      const answer = await post(form.action, fields);
      if (said[what])
        toast(said[what], { action: [say.textUndo, undoOf[what](id, answer?.silence)] });
    } catch (error) {
      again(error);
    }
  }

  document.addEventListener('submit', (event) => {
    if (!event.target.matches('[data-deed]')) return;
    event.preventDefault();
    deed(event.target, event.submitter.value);
  });

  one('[data-rules]')?.addEventListener('change', async (event) => {
    const { slow, off } = event.currentTarget.elements;
    try {
      await post(`${base}/talk`, { slow: slow.value, off: off.checked ? 1 : 0 });
    } catch (error) {
      again(error);
    }
  });

  document.addEventListener('click', (event) => {
    const target = event.target.closest('[data-reply], [data-reply-off], [data-unpin], [data-panel-tab]');
    if (!target) return;
    if ('reply' in target.dataset) {
      target.closest('details')?.removeAttribute('open');
      replyTo(target.closest('[data-message]'));
    }
    if ('replyOff' in target.dataset) replyTo(null);
    if (target.dataset.unpin) post(url(target.dataset.unpin), { do: 'unpin' }).catch(again);
    if (target.dataset.panelTab) open(target.dataset.panelTab);
  });

  /* --- which list is seen --- */

  function open(name) {
    for (const panel of all('[data-panel]')) panel.classList.toggle('open', panel.dataset.panel === name);
    for (const tab of all('[data-panel-tab]'))
      tab.setAttribute('aria-selected', String(tab.dataset.panelTab === name));
    if (name === 'talk') chat.toEnd();
  }

  open('talk');
  count();
  return { add, done, renew, send };
}
