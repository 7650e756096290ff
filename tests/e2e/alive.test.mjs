// The demo's show as a stranger finds it a minute after `guildhall demo`: cards move with the picture,
// questions are answered, a flash sale begins, somebody buys.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { demo } from './lib/demo.mjs';
import { Person } from './lib/people.mjs';
import { atEnd } from './lib/process.mjs';
import { until } from './lib/until.mjs';

let town;
const page = async () => (await fetch(`${town.room}.json`)).json();

before(async () => {
  town = await demo({ kind: 'release', encoder: true });
});
atEnd(async () => {
  await town.check();
  await town.stop();
});

test('a minute after its start the demo is alive', async () => {
  await until('the show is on', async () => (await page()).show.on_air, 120_000);
  const cards = new Set();
  await until('cards move', async () => cards.add((await page()).card?.id) && cards.size >= 3, 60_000);
  const host = (await page()).show.host.name;
  await until('a question is answered', async () =>
    (await page()).messages.some((m) => m.crew && m.to && m.name === host), 90_000);
  const sale = await until('a flash sale runs', async () => (await page()).offers.flash.running[0], 150_000);
  assert.ok(sale.price_fen < sale.was_fen && sale.left > 0 && sale.ends_in_ms > 0, JSON.stringify(sale));
  const crew = new Person(town);
  await crew.login('host', town.passwords.host);
  await until('something is bought and paid', async () =>
    (await crew.get(`/shows/${town.show}/desk`)).body.pace.paid_fen > 0, 120_000);
});
