// The run of show in another order: dragged by the number, or nudged by two buttons. One item is moved
// before another one, so two desks that do it at once both get what they meant.
import { all, one, post, toast } from './util.js';

export function run(list, { base, say, refresh }) {
  const items = () => all('[data-item]', list);
  let dragged = null;
  let startedBefore = null;

  function renumber() {
    items().forEach((item, i) => {
      item.dataset.position = i + 1;
      one('.nr', item).textContent = i + 1;
    });
  }

  async function save(item, undoBefore) {
    const next = item.nextElementSibling?.dataset.item ?? 0;
    renumber();
    const url = `${base}/items/${item.dataset.item}/move`;
    try {
      await post(url, { before: next });
      if (undoBefore !== undefined)
        toast(say.textSaved, {
          action: [say.textUndo, () => post(url, { before: undoBefore ?? 0 }).catch(() => refresh())],
        });
    } catch (error) {
      toast(error.said ? error.message : say.textFailed, { bad: true });
      refresh().catch(() => {});
    }
  }

  list.addEventListener('pointerdown', (event) => {
    const grip = event.target.closest('[data-grip]');
    if (!grip || event.button > 0) return;
    event.preventDefault();
    dragged = grip.closest('[data-item]');
    startedBefore = dragged.nextElementSibling?.dataset.item ?? null;
    dragged.classList.add('dragged');
    list.setPointerCapture(event.pointerId);
  });

  list.addEventListener('pointermove', (event) => {
    if (!dragged) return;
    const over = items().find((item) => {
      const box = item.getBoundingClientRect();
      return event.clientY >= box.top && event.clientY <= box.bottom;
    });
    if (!over || over === dragged) return;
    const box = over.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) over.before(dragged);
    else over.after(dragged);
  });

  function drop() {
    if (!dragged) return;
    const item = dragged;
    dragged = null;
    item.classList.remove('dragged');
    if ((item.nextElementSibling?.dataset.item ?? null) !== startedBefore) save(item, startedBefore);
  }
  list.addEventListener('pointerup', drop);
  list.addEventListener('pointercancel', drop);

  list.addEventListener('click', (event) => {
    const button = event.target.closest('[data-nudge]');
    if (!button) return;
    const item = button.closest('[data-item]');
    const up = button.dataset.nudge === 'up';
    const other = up ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (up) other.before(item);
    else other.after(item);
    button.focus();
    save(item);
  });
}
