// Tasks that are open: their bars move while somebody looks, and the page is drawn anew when one ends.
import { all, backoff, getJson, one, Refused } from './util.js';

const EVERY_MS = 1000;

function show(box, task) {
  const bar = one('[data-bar]', box);
  const step = one('[data-step]', box);
  const percent = one('[data-percent]', box);
  if (task.total > 0) {
    bar.max = task.total;
    bar.value = task.done;
  } else bar.removeAttribute('value');
  if (step && task.step) step.textContent = task.step;
  if (percent) percent.textContent = task.total > 0 ? `${task.percent}%` : '';
}

async function follow(box) {
  let failures = 0;
  const state = box.dataset.state;
  for (;;) {
    await new Promise((done) => setTimeout(done, failures ? backoff(failures) : EVERY_MS));
    if (document.hidden) continue;
    try {
      const { task } = await getJson(box.dataset.task);
      failures = 0;
      if (!task.is_open || (state && task.state !== state)) return location.reload();
      show(box, task);
    } catch (error) {
      if (error instanceof Refused && error.status < 500) return location.reload();
      failures++;
    }
  }
}

for (const box of all('[data-task]')) follow(box);
