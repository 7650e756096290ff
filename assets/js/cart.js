// The cart: what is changed is saved at once, and the sum follows.
import { stepBy } from './stepper.js';
import { all, money, one, post, toast } from './util.js';

const form = one('[data-cart]');
const lang = document.documentElement.lang;
let saving = Promise.resolve();

function show(cart) {
  one('[data-cart-total]', form).textContent = money(cart.total.fen, lang);
  one('[data-cart-checkout]', form).disabled = cart.picked === 0;
  showWhole();
}

async function save() {
  if (!form.checkValidity()) return;
  try {
    show(await post('/cart/save', new URLSearchParams(new FormData(form))));
  } catch (error) {
    toast(error.message, { bad: true });
  }
}

// One after the other, so that the last word is the last that was said.
const saveNext = () => {
  saving = saving.then(save);
};

/** "All" is on when each is, and neither when some are. */
function showWhole() {
  const whole = one('[data-cart-all]', form);
  const picks = all('[name="pick"]', form);
  const n = picks.filter((pick) => pick.checked).length;
  whole.checked = n === picks.length;
  whole.indeterminate = n > 0 && n < picks.length;
}

if (form) {
  const whole = one('[data-cart-all]', form);
  whole.closest('label').hidden = false;
  for (const input of all('[name="quantity"]', form))
    stepBy(input, { less: form.dataset.textLess, more: form.dataset.textMore });
  whole.addEventListener('change', () => {
    for (const pick of all('[name="pick"]', form)) pick.checked = whole.checked;
  });
  form.addEventListener('change', saveNext);
  all('[data-cart-save]', form).forEach((button) => button.remove());
  showWhole();
}
