// A number of pieces that is stepped by a finger: the input keeps its name and says "change" however it
// was changed; its min and max hold.
import { all } from './util.js';

/** `text` {less, more}: what the two buttons are called. */
export function stepBy(input, text) {
  const least = Number(input.min) || 0;
  const most = Math.max(Number(input.max) || least, least);
  const stepper = document.createElement('div');
  stepper.className = 'stepper';
  stepper.innerHTML = '<button type="button">−</button><button type="button">+</button>';
  const [less, more] = all('button', stepper);
  less.setAttribute('aria-label', text.less);
  more.setAttribute('aria-label', text.more);
  input.before(stepper);
  less.after(input);
  input.classList.remove('input', 'short');
  const mark = () => {
    less.disabled = input.disabled || Number(input.value) <= least;
    more.disabled = input.disabled || Number(input.value) >= most;
  };
  const set = (n) => {
    input.value = Math.min(Math.max(Math.floor(n) || least, least), most);
    mark();
  };
  const go = (n) => {
    set(n);
    input.dispatchEvent(new Event('change', { bubbles: true }));
  };
  less.addEventListener('click', () => go(Number(input.value) - 1));
  more.addEventListener('click', () => go(Number(input.value) + 1));
  input.addEventListener('change', () => set(Number(input.value)));
  mark(); // what the server left in it stays until it is changed
}
