// The order sheet: ordering and paying without leaving the page. Its form is the server's own
// (GET /orders/new), with the key that makes pressing twice one order; without scripts the same
// links lead to that page.
import { all, clock, countdown, getPage, money, newKey, one, post, Refused } from './util.js';

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
    all('a.button', form).forEach((link) => link.remove());
    body.replaceChildren(form);
    const quantity = one('[name="quantity"]', form);
    const fen = Number(form.dataset.priceFen);
    const most = Number(quantity.max) || 1;
    const stepper = one('template[data-stepper]', dialog).content.cloneNode(true).firstElementChild;
    const [less, more] = all('button', stepper);
    less.setAttribute('aria-label', say.textLess);
    more.setAttribute('aria-label', say.textMore);
    quantity.before(stepper);
    one('span', stepper).replaceWith(quantity);
    quantity.classList.remove('input');
    const total = document.createElement('b');
    total.className = 'price sheet-total';
    one('.actions', form).prepend(total);

    const set = (n) => {
      const count = Math.min(Math.max(Math.floor(n) || 1, 1), most);
      quantity.value = count;
      less.disabled = count <= 1;
      more.disabled = count >= most;
      if (fen) total.textContent = money(fen * count, lang);
    };
    less.addEventListener('click', () => set(Number(quantity.value) - 1));
    more.addEventListener('click', () => set(Number(quantity.value) + 1));
    quantity.addEventListener('change', () => set(Number(quantity.value)));
    set(Number(quantity.value));
    form.addEventListener('submit', (event) => submit(event, form));
    one('button:not([type="button"])', form)?.focus({ preventScroll: true });
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
    const fields = new URLSearchParams(new FormData(form));
    return busy(event.submitter ?? one('button', form), async () => {
      try {
        const answer = await post('/orders', fields, {
          'Idempotency-Key': fields.get('idempotency_key') ?? '',
        });
        pay(answer.order);
      } catch (error) {
        // A refusal is this key's answer for good: what is pressed next is another order. Without an
        // answer the key stays, for the order may have been placed.
        if (error.status >= 400 && error.status < 500)
          one('[name="idempotency_key"]', form).value = newKey();
        complain(error, one('.actions', form));
      }
    });
  }

  function putOrder(part, order) {
    const line = order.lines?.[0];
    const goods = line ? `${line.title}${line.name ? ` · ${line.name}` : ''} × ${line.quantity}` : '';
    for (const p of all('[data-order-goods]', part)) p.textContent = goods;
    for (const p of all('[data-order-total]', part)) p.textContent = money(order.total.fen, lang);
    for (const a of all('[data-order-link]', part)) a.href = `/orders/${order.id}`;
  }

  function pay(order) {
    title.textContent = say.textPay;
    const part = step('pay');
    putOrder(part, order);
    const left = one('[data-order-clock]', part);
    const form = one('[data-pay-form]', part);
    form.action = `/cashier/${order.id}`;
    left.textContent = clock(order.hold_left_s);
    body.replaceChildren(part);
    countdown(left, order.hold_left_s);
    one('button', form).focus();
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      busy(one('button', form), async () => {
        try {
          await post(form.action, new URLSearchParams(new FormData(form)));
          done(order);
        } catch (error) {
          complain(error, form);
        }
      });
    });
  }

  function done(order) {
    title.textContent = say.textDone;
    const part = step('done');
    putOrder(part, order);
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
