// The cart: what is changed is saved at once, and the sum follows.
import { all, money, one, post, toast } from './util.js';

const form = one('[data-cart]');
const lang = document.documentElement.lang;
let saving = Promise.resolve();

function show(cart) {
  one('[data-cart-total]', form).textContent = money(cart.total.fen, lang);
  one('[data-cart-checkout]', form).disabled = cart.picked === 0;
}

async function save() {
  if (!form.checkValidity()) return;
  try {
    show(await post('/cart/save', new URLSearchParams(new FormData(form))));
  } catch (error) {
    toast(error.message, { bad: true });
  }
}

if (form) {
  // One after the other, so that the last word is the last that was said.
  form.addEventListener('change', () => {
    saving = saving.then(save);
  });
  all('[data-cart-save]', form).forEach((button) => button.remove());
}
