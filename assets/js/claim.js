// Asking for a refund, return or exchange: pieces are stepped, the sum follows, and the amount is asked
// for only where it may be given.
import { stepBy } from './stepper.js';
import { all, money, one } from './util.js';

const form = one('[data-claim]');
const lang = document.documentElement.lang;

function show() {
  const kind = one('[name="kind"]:checked', form)?.value;
  const chosen = all('[data-worth]', form).filter(({ value }) => Number(value) > 0);
  const isKnown = chosen.every(({ dataset }) => dataset.worth); // of very many pieces it is not
  const fen = chosen.reduce((sum, { value, dataset }) => {
    return sum + (Number(dataset.worth.split(' ')[Number(value) - 1]) || 0);
  }, 0);
  one('[data-sum]', form).textContent = money(fen, lang);
  for (const part of all('[data-claim-sum]', form)) part.hidden = kind === 'exchange' || fen === 0 || !isKnown;
  const own = one('[data-refund-only]', form);
  if (!own) return;
  own.hidden = kind !== 'refund';
  one('input', own).disabled = own.hidden;
}

if (form) {
  for (const input of all('[data-worth]', form)) stepBy(input, { less: form.dataset.textLess, more: form.dataset.textMore });
  form.addEventListener('change', show);
  show();
}
