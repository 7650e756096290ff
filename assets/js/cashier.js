// The cashier: drawn anew when the payment is ready, paid or over; goes to the provider's page once by
// itself, and into its app's own payment where there is one.
import { backoff, getJson, one, Refused } from './util.js';

const EVERY_MS = 2000;
const box = one('[data-cashier]');

async function follow() {
  let failures = 0;
  for (;;) {
    await new Promise((done) => setTimeout(done, failures ? backoff(failures) : EVERY_MS));
    if (document.hidden) continue;
    try {
      const page = await getJson(box.dataset.cashier);
      failures = 0;
      if (page.state !== box.dataset.state) return location.replace(box.dataset.cashier);
    } catch (error) {
      if (error instanceof Refused && error.status < 500) return location.reload();
      failures++;
    }
  }
}

/** Back from there, the page stays where it is. */
function goOnce(link) {
  const key = `went:${link.href}`;
  if (sessionStorage.getItem(key)) return;
  sessionStorage.setItem(key, '1');
  location.assign(link.href);
}

const link = one('[data-go]', box);
if (link) goOnce(link);
const button = one('[data-script]', box);
button?.addEventListener('click', () => {
  window.WeixinJSBridge?.invoke('getBrandWCPayRequest', JSON.parse(button.dataset.script), () =>
    location.replace(box.dataset.cashier),
  );
});
follow();
