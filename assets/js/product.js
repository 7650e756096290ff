// A product's page: picture and price follow the choice, and ordering happens in the sheet.
import { cartHolds, one, post, toast } from './util.js';
import { sheet } from './sheet.js';

const offer = one('[data-offer]');
const order = sheet(one('[data-sheet]'), document.documentElement.lang);

offer.addEventListener('change', (event) => {
  const choice = event.target.dataset;
  if (!choice.price) return;
  const drawn = one('[data-offer-picture]'); // photos stay as they are
  if (drawn) drawn.src = choice.picture;
  one('[data-offer-price]', offer).textContent = choice.price;
  one('[data-bar-price]', offer).textContent = choice.price;
  const was = one('[data-offer-was]', offer);
  was.textContent = choice.was;
  was.hidden = !choice.was;
});

offer.addEventListener('submit', (event) => {
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(offer));
  if (event.submitter?.hasAttribute('data-to-cart')) {
    putAside(event.submitter, fields);
    return;
  }
  fields.delete('csrf');
  order.open(`/orders/new?${fields}`);
});

async function putAside(button, fields) {
  button.disabled = true;
  try {
    const { count } = await post('/cart', fields);
    cartHolds(count);
    toast(one('[data-sheet]').dataset.textAdded, { action: [button.dataset.textOpen, () => location.assign('/cart')] });
  } catch (error) {
    toast(error.message, { bad: true });
  } finally {
    button.disabled = false;
  }
}
