// A code to a phone: another one may be asked for when the wait is over. Without scripts the button is
// there at once, and the server says when it is too early.
import { one } from './util.js';

const form = one('[data-again]');
const button = one('[data-again-do]', form);
const left = one('[data-again-left]', form);
const end = performance.now() + Number(form.dataset.again) * 1000;

function tick() {
  const seconds = Math.ceil((end - performance.now()) / 1000);
  button.disabled = seconds > 0;
  if (seconds > 0) {
    left.textContent = String(seconds);
    return;
  }
  clearInterval(timer);
  one('[data-again-wait]', form)?.remove();
}

const timer = setInterval(tick, 500);
tick();
