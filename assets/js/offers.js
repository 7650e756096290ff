// What a show gives for a while, beside the picture: the flash sale with its clock. The server decides
// what an order costs; this only shows it. Times come as "so long from now", so that a phone's clock
// may be wrong.
import { all, clock, fill, number, one } from './util.js';

const fromPage = (root) =>
  all('[data-flash-sale]', root).map(({ dataset: d }) => ({
    id: Number(d.flashSale),
    item: Number(d.item),
    price_fen: Number(d.priceFen),
    was_fen: Number(d.wasFen),
    left: Number(d.left),
    pieces: Number(d.pieces),
    ends_in_ms: Number(d.endsIn),
  }));

/**
 * @param {{itemOf(id: number): Element|null, changed(item: Element): void, say(text: string): void,
 *          open(item: Element): void}} room
 * @returns {{told(message: object): void, renew(page: Document): void, start(): void,
 *            saleOf(item: Element): {price_fen: number, was_fen: number, left: number}|undefined}}
 */
export function offers(room) {
  const box = one('[data-offers]');
  const say = box.dataset;
  const chip = one('[data-flash]', box);
  let sales = new Map(); // item → { id, price_fen, was_fen, left, pieces, ends }

  const read = (f) => ({ ...f, ends: performance.now() + f.ends_in_ms });

  function put(list) {
    const before = sales;
    sales = new Map(list.map((f) => [String(f.item), read(f)]));
    for (const [item, f] of sales) {
      const line = room.itemOf(item);
      if (line && before.get(item)?.id !== f.id) room.say(fill(say.textBegan, line.dataset.title));
    }
    for (const item of new Set([...before.keys(), ...sales.keys()])) {
      const line = room.itemOf(item);
      if (line) room.changed(line);
    }
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
    chip.hidden = !first;
    if (!first) return;
    one('[data-flash-clock]', chip).textContent = clock(Math.ceil((first.ends - now) / 1000));
    one('[data-flash-left]', chip).textContent =
      first.left > 0 ? fill(say.textLeft, number(first.left)) : say.textGone;
    chip.classList.toggle('gone', first.left === 0);
  }

  chip.addEventListener('click', () => {
    const [first] = sales.keys();
    const line = first && room.itemOf(first);
    if (line) room.open(line);
  });

  sales = new Map(fromPage(box).map((f) => [String(f.item), read(f)]));
  setInterval(tick, 500);

  return {
    told: (m) => put(m.flash.running),
    /** The sale that an item is in and that has pieces left, or nothing. */
    saleOf(item) {
      const sale = sales.get(item.dataset.item);
      return sale?.left > 0 ? sale : undefined;
    },
    /** After a fresh copy of the page: what runs now. */
    renew: (page) => put(fromPage(page)),
    start: tick,
  };
}
