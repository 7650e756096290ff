// What a show gives for a while, beside the picture: flash sale, coupon, draw, each with its clock. The
// server decides what an order costs and who has what; this only shows it. Times come as "so long from
// now", so that a phone's clock may be wrong.
import { all, clock, fill, number, one, post, toast } from './util.js';

const flashOf = ({ dataset: d }) => ({
  id: Number(d.flashSale),
  item: Number(d.item),
  price_fen: Number(d.priceFen),
  was_fen: Number(d.wasFen),
  left: Number(d.left),
  pieces: Number(d.pieces),
  ends_in_ms: Number(d.endsIn),
});
const couponOf = ({ dataset: d }) => ({
  id: Number(d.couponOf),
  name: d.name,
  maker: d.maker,
  left: Number(d.left),
  is_claimed: d.claimed === '1',
});
const drawOf = ({ dataset: d }) => ({
  id: Number(d.drawOf),
  title: d.title,
  prizes: Number(d.prizes),
  entries: Number(d.entries),
  my_number: Number(d.mine) || 0,
  ends_in_ms: Number(d.endsIn),
});
/** What a copy of the page says, as the room's messages say it. */
const fromPage = (root) => ({
  flash: { running: all('[data-flash-sale]', root).map(flashOf) },
  coupons: { pushed: all('[data-coupon-of]', root).map(couponOf) },
  draws: { open: all('[data-draw-of]', root).map(drawOf), drawn: [] },
});

/**
 * @param {{base: string, itemOf(id: number): Element|null, changed(item: Element): void,
 *          say(text: string): void, open(item: Element): void}} room
 * @returns {{told(message: object): void, renew(page: Document): void, start(): void,
 *            saleOf(item: Element): {price_fen: number, was_fen: number, left: number}|undefined}}
 */
export function offers(room) {
  const box = one('[data-offers]');
  const say = box.dataset;
  const flash = one('[data-flash]', box);
  const coupon = one('[data-coupon]', box);
  const draw = one('[data-draw]', box);
  const makerOf = (c) => c.maker ?? (say.lang === 'en' ? c.maker_en : c.maker_zh);
  const nameOf = (x) => x.name ?? (say.lang === 'en' ? x.name_en : x.name_zh);
  const titleOf = (x) => x.title ?? (say.lang === 'en' ? x.title_en : x.title_zh);

  let sales = new Map(); // item → sale, with `ends`
  let coupons = [];
  let lot = null; // the draw that is open, with `ends`
  const claimed = new Set();
  const joined = new Map(); // draw → my number
  const seen = new Set(); // what was announced

  const withEnd = (x) => ({ ...x, ends: performance.now() + x.ends_in_ms });
  function once(key, text) {
    if (seen.has(key)) return;
    seen.add(key);
    if (text) room.say(text);
  }

  function putFlash(list, quiet) {
    const before = sales;
    sales = new Map(list.map((f) => [String(f.item), withEnd(f)]));
    for (const [item, f] of sales) {
      const line = room.itemOf(item);
      if (line) once(`flash ${f.id}`, quiet ? '' : fill(say.textBegan, line.dataset.title));
    }
    for (const item of new Set([...before.keys(), ...sales.keys()])) {
      const line = room.itemOf(item);
      if (line) room.changed(line);
    }
  }

  function putCoupons(list, quiet) {
    coupons = list;
    for (const c of list) {
      if (c.is_claimed) claimed.add(c.id);
      once(`coupon ${c.id}`, quiet ? '' : fill(say.textCouponBegan, nameOf(c)));
    }
    const now = list.find((c) => !claimed.has(c.id)); // what one has is in the purse
    coupon.hidden = !now;
    if (!now) return;
    coupon.action = `${room.base}/coupons/${now.id}/claim`;
    coupon.dataset.id = now.id;
    one('[data-coupon-name]', coupon).textContent = nameOf(now);
    one('[data-coupon-maker]', coupon).textContent = makerOf(now);
    one('button', coupon).disabled = now.left === 0;
    one('[data-coupon-do]', coupon).textContent = now.left === 0 ? say.textGone : say.textClaim;
  }

  function putDraws({ open, drawn }, quiet) {
    lot = open[0] ? withEnd(open[0]) : null;
    if (lot?.my_number) joined.set(lot.id, lot.my_number);
    if (lot) once(`draw ${lot.id}`, quiet ? '' : fill(say.textDrawBegan, titleOf(lot)));
    for (const d of drawn ?? []) {
      const names = d.winners.map((w) => w.name).join(' ');
      once(`drawn ${d.id}`, names ? fill(say.textDrawn, names) : say.textNobody);
      if (!joined.has(d.id) || seen.has(`won ${d.id}`)) continue;
      seen.add(`won ${d.id}`);
      if ((d.numbers ?? '').split(' ').includes(String(joined.get(d.id))))
        toast(say.textYouWon, { action: [say.textTake, () => location.assign('/prizes')], ms: 60000 });
    }
    draw.hidden = !lot;
    if (!lot) return;
    draw.action = `${room.base}/draws/${lot.id}/join`;
    one('[data-draw-terms]', draw).href = `/draws/${lot.id}`;
    const number_ = joined.get(lot.id);
    one('button', draw).disabled = Boolean(number_);
    one('[data-draw-state]', draw).textContent = number_
      ? fill(say.textJoined, number(number_))
      : fill(say.textEntries, number(lot.entries));
  }

  function put(all_, quiet) {
    putFlash(all_.flash.running, quiet);
    putCoupons(all_.coupons.pushed, quiet);
    putDraws(all_.draws, quiet);
    tick();
  }

  function tick() {
    const now = performance.now();
    for (const [item, f] of sales) {
      if (f.ends > now) continue;
      sales.delete(item);
      const line = room.itemOf(item);
      if (line) room.changed(line);
    }
    const [first] = sales.values();
    flash.hidden = !first;
    if (first) {
      one('[data-flash-clock]', flash).textContent = clock(Math.ceil((first.ends - now) / 1000));
      one('[data-flash-left]', flash).textContent =
        first.left > 0 ? fill(say.textLeft, number(first.left)) : say.textGone;
      flash.classList.toggle('gone', first.left === 0);
    }
    if (lot) {
      one('[data-draw-clock]', draw).textContent = clock(Math.ceil((lot.ends - now) / 1000));
      if (lot.ends <= now) one('button', draw).disabled = true;
    }
  }

  flash.addEventListener('click', () => {
    const [first] = sales.keys();
    const line = first && room.itemOf(first);
    if (line) room.open(line);
  });

  // A guest's form goes to the server, which asks to log in and comes back here.
  async function send(event, done) {
    event.preventDefault();
    if (!say.member) {
      location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
      return;
    }
    try {
      done(await post(event.currentTarget.action, {}));
    } catch (error) {
      toast(error.said ? error.message : say.textFailed, { bad: true });
    }
  }
  coupon.addEventListener('submit', (event) => {
    const id = Number(coupon.dataset.id);
    send(event, () => {
      claimed.add(id);
      putCoupons(coupons, true);
      toast(say.textClaimedToast);
    });
  });
  draw.addEventListener('submit', (event) => {
    const { id } = lot;
    send(event, (answer) => {
      joined.set(id, answer.number);
      if (lot?.id === id) putDraws({ open: [{ ...lot, ends_in_ms: lot.ends - performance.now() }] }, true);
    });
  });

  setInterval(tick, 500);

  return {
    told: put,
    /** The sale that an item is in and that has pieces left, or nothing. */
    saleOf(item) {
      const sale = sales.get(item.dataset.item);
      return sale?.left > 0 ? sale : undefined;
    },
    /** After a fresh copy of the page: what runs now. */
    renew: (page) => put(fromPage(page), true),
    start: () => put(fromPage(box), true),
    over: () => put({ flash: { running: [] }, coupons: { pushed: [] }, draws: { open: [], drawn: [] } }, true),
  };
}
