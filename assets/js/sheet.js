// The order sheet: ordering and paying without leaving the page. Its form is the server's own
// (GET /orders/new), with the key that makes pressing twice one order; without scripts the same
// links lead to that page.
import { stepBy } from './stepper.js';
import { all, cartHolds, clock, countdown, getPage, money, newKey, one, post, Refused, toast } from './util.js';

export function sheet(dialog, lang) {
  const title = one('[data-sheet-title]', dialog);
  const body = one('[data-sheet-body]', dialog);
  const say = dialog.dataset;
  const step = (name) => one(`template[data-step-${name}]`, dialog).content.cloneNode(true);
  let turn = 0; // what arrives for an older opening is dropped

  async function open(href) {
    const mine = ++turn;
    title.textContent = say.textOrder;
    body.replaceChildren(step('wait'));
    if (!dialog.open) dialog.showModal();
    try {
      const page = await getPage(href);
      if (mine !== turn) return;
      const form = one('[data-order-form]', page);
      if (!form) throw new Refused(0);
      dress(document.adoptNode(form));
    } catch (error) {
      if (error.status === 401) {
        // Back comes the order of what was chosen here, as a page.
        const { pathname, search } = new URL(href, location.href);
        location.assign(`/login?next=${encodeURIComponent(pathname + search)}`);
        return;
      }
      if (mine === turn) complain(error);
    }
  }

  /** Says what is wrong: at the field that it is about, else above `before`, else alone. */
  function complain(error, before = null) {
    calm();
    const input = error.field && one(`[name="${CSS.escape(error.field)}"]:not([type="hidden"])`, body);
    const line = document.createElement('p');
    line.id = 'sheet-error';
    line.setAttribute('role', 'alert');
    line.className = input ? 'error' : 'note bad';
    line.append(error.said ? error.message : say.textFailed);
    if (input) {
      input.setAttribute('aria-invalid', 'true');
      input.setAttribute('aria-describedby', line.id);
      (input.closest('.stepper') ?? input).after(line);
      input.focus();
    } else if (before) before.before(line);
    else body.replaceChildren(line);
    line.scrollIntoView({ block: 'nearest' });
  }

  /** Takes back what was said to be wrong. */
  function calm() {
    one('#sheet-error', body)?.remove();
    const input = one('[aria-invalid]', body);
    input?.removeAttribute('aria-invalid');
    input?.removeAttribute('aria-describedby');
  }

  /** The server's form, with a stepper for the quantity and the sum beside the button. */
  function dress(form) {
    form.classList.remove('card');
    all('a.button, [data-quote]', form).forEach((link) => link.remove());
    body.replaceChildren(form);
    const bar = one('.order-bar', form);
    bar.prepend(one('[data-sheet-sum]', form), ...all('[data-to-cart]', form));
    one('p.total', form)?.remove();
    one('.actions:not(.order-bar)', form)?.remove();
    one('[data-sheet-sum]', form).classList.add('sheet-total');
    const quantity = one('[name="quantity"]:not([type="hidden"])', form);
    if (quantity) {
      stepBy(quantity, { less: say.textLess, more: say.textMore });
      quantity.addEventListener('change', () => look(form));
    }
    all('[data-requote]', form).forEach((field) => field.addEventListener('change', () => look(form)));
    form.addEventListener('submit', (event) => submit(event, form));
    one('.button.buy', form)?.focus({ preventScroll: true });
  }

  let looking = Promise.resolve(); // what is pressed meanwhile waits for the sum
  let looks = 0;

  /** What it comes to now, as the server says: the parts of the form that are not typed. */
  function look(form) {
    const mine = ++looks;
    looking = looking.then(async () => {
      if (mine !== looks || !form.isConnected) return;
      const page = await getPage('/orders/quote', new URLSearchParams(new FormData(form)));
      const fresh = one('[data-order-form]', page);
      if (!fresh || mine !== looks) return;
      one('[name="expect"]', form).value = one('[name="expect"]', fresh).value;
      one('[data-sheet-sum]', form).textContent = one('[data-sheet-sum]', fresh).textContent;
      const sums = all('.sums', fresh);
      all('.sums', form).forEach((old, i) => sums[i] && old.replaceWith(sums[i]));
      one('.button.buy', form).disabled = one('.button.buy', fresh).disabled;
      one('.note.bad', form)?.remove();
      const note = one('.note.bad', fresh);
      if (note) one('.order-bar', form).before(note);
    }).catch(() => {}); // the sum stays as it was, and the server refuses another one
    return looking;
  }

  async function busy(button, work) {
    button.setAttribute('aria-busy', 'true');
    button.disabled = true;
    try {
      await work();
    } finally {
      button.removeAttribute('aria-busy');
      button.disabled = false;
    }
  }

  function submit(event, form) {
    event.preventDefault();
    const button = event.submitter ?? one('.button.buy', form);
    if (button.hasAttribute('data-to-cart')) return putAside(button, form);
    return busy(button, async () => {
      await looking;
      const fields = new URLSearchParams(new FormData(form));
      try {
        const answer = await post('/orders', fields, {
          'Idempotency-Key': fields.get('idempotency_key') ?? '',
        });
        pay(answer);
      } catch (error) {
        // A refusal is this key's answer for good: what is pressed next is another order. Without an
        // answer the key stays, for the order may have been placed.
        if (error.status >= 400 && error.status < 500)
          one('[name="idempotency_key"]', form).value = newKey();
        complain(error, one('.order-bar', form));
        if (error.field === 'total') look(form);
      }
    });
  }

  function putAside(button, form) {
    return busy(button, async () => {
      try {
        const { count } = await post('/cart', new URLSearchParams(new FormData(form)));
        cartHolds(count);
        dialog.close();
        toast(say.textAdded);
      } catch (error) {
        complain(error, one('.order-bar', form));
      }
    });
  }

  function putOrder(part, { order, orders, total }) {
    const line = order.lines?.[0];
    const goods = line ? `${line.title}${line.name ? ` · ${line.name}` : ''} × ${line.quantity}` : '';
    const more = orders.length > 1 || order.lines.length > 1 ? ' …' : '';
    for (const p of all('[data-order-goods]', part)) p.textContent = goods + more;
    for (const p of all('[data-order-total]', part)) p.textContent = money(total.fen, lang);
    for (const a of all('[data-order-link]', part)) a.href = orders.length > 1 ? '/orders' : `/orders/${order.id}`;
  }

  function pay(answer) {
    const { order } = answer;
    title.textContent = say.textPay;
    const part = step('pay');
    putOrder(part, answer);
    const left = one('[data-order-clock]', part);
    const form = one('[data-pay-form]', part);
    form.action = `/cashier/${order.checkout_id}`;
    left.textContent = clock(order.hold_left_s);
    body.replaceChildren(part);
    countdown(left, order.hold_left_s);
    one('button', form).focus();
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      busy(one('button', form), async () => {
        try {
          const told = await post(form.action, new URLSearchParams(new FormData(form)));
          if (told.location) location.assign(told.location); // ways to pay to choose from
          else done(answer);
        } catch (error) {
          complain(error, form);
        }
      });
    });
  }

  function done(answer) {
    title.textContent = say.textDone;
    const part = step('done');
    putOrder(part, answer);
    body.replaceChildren(part);
    one('[data-sheet-close]', body)?.focus();
  }

  dialog.addEventListener('click', (event) => {
    // The backdrop is the dialog itself; its content lies inside.
    if (event.target === dialog || event.target.closest('[data-sheet-close]')) dialog.close();
  });
  dialog.addEventListener('close', () => {
    turn++;
    body.replaceChildren();
  });
  return { open };
}
