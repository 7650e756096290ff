// An operator opens the day on a phone and moves a booking; at the desk a week is dragged in, and what cannot be snaps
// back with the reason; a member finds a room by its time and books it in two taps.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { axe, launch, PHONE, visitor } from './lib/browser.mjs';
import { demo, logIn } from './lib/demo.mjs';
import { atEnd } from './lib/process.mjs';

let town;
let browser;

before(async () => {
  browser = await launch();
  town = await demo();
});

atEnd(async () => {
  await browser.close();
  await town.check();
  await town.stop();
});

const day = (ahead) => new Date(Date.now() + 8 * 3600_000 + ahead * 86_400_000).toISOString().slice(0, 10);

// The Monday of a week that the demo has no bookings in.
function quietMonday() {
  const date = new Date(`${day(15)}T00:00:00Z`);
  return (n) => new Date(date.getTime() + (((8 - date.getUTCDay()) % 7) + n) * 86_400_000).toISOString().slice(0, 10);
}

async function open(login, path, options) {
  const who = await visitor(browser, options);
  const page = await who.page();
  await logIn(page, town, login, path);
  return { who, page };
}

test('an operator opens the day on a phone and moves a booking', async () => {
  const { who, page } = await open('operator', `/venue/board?day=${day(1)}`, { viewport: PHONE });
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390, 'nothing sticks out');
  assert.deepEqual(await axe(page), []);
  await page.locator('.board-list .venue-list a', { hasText: '预约' }).first().click();
  await page.waitForURL(/\/venue\/bookings\/\d+$/);
  const booking = page.url();
  assert.deepEqual(await axe(page), []);
  await page.selectOption('#space', { label: (await page.locator('#space option', { hasText: 'L104' }).innerText()).trim() });
  await page.fill('#day', day(20));
  await page.fill('#from', '10:00');
  await page.fill('#until', '11:30');
  await page.getByRole('button', { name: '确认改期' }).click();
  await page.locator('h1', { hasText: 'L104' }).waitFor();
  await page.locator('.page-head', { hasText: '10:00–11:30' }).waitFor();
  await page.goto(`${town.url}/venue/board?day=${day(20)}`);
  assert.equal(await page.locator('.board-list .venue-list a').count(), 1);
  assert.ok(booking.endsWith(await page.locator('.board-list .venue-list a').getAttribute('href')));
  await who.close();
});

async function book(page, space, on, from, until) {
  await page.goto(`${town.url}/venue/book?space=${space}&day=${on}&from=${from}&until=${until}`);
  await page.locator('main form .button.primary').click();
  await page.waitForURL(/\/venue\/bookings\/\d+$/);
  return page.url().split('/').pop();
}

// From the middle of a bar to the middle of a half hour of a day.
async function drag(page, id, on, step, { byEnd = false } = {}) {
  const bar = page.locator(`[data-id="${id}"]`);
  await bar.scrollIntoViewIfNeeded();
  const box = await bar.boundingBox();
  const col = await page.locator(`.week-col[data-day="${on}"]`).boundingBox();
  await page.mouse.move(box.x + box.width / 2, byEnd ? box.y + box.height - 3 : box.y + 6);
  await page.mouse.down();
  await page.mouse.move(col.x + col.width / 2, col.y + 40 + (step - 14) * 20 + 6, { steps: 8 });
  await page.mouse.up();
}

test('a week is dragged in, and what is refused snaps back with the reason', async () => {
  const { who, page } = await open('operator', '/venue/board');
  who.allowed.push(/409/);
  const at = quietMonday();
  const space = (await page.locator('.board-row a.label', { hasText: 'L102' }).getAttribute('href')).match(/\d+/)[0];
  const first = await book(page, space, at(1), '10:00', '12:00');
  const second = await book(page, space, at(3), '14:00', '16:00');
  await page.goto(`${town.url}/venue/spaces/${space}?day=${at(0)}`);
  const bar = page.locator(`[data-id="${first}"]`);
  const moved = page.waitForResponse((r) => r.url().endsWith(`/venue/bookings/${first}/move`));
  await drag(page, first, at(2), 30); // Wednesday, 15:00
  assert.equal((await moved).status(), 200);
  assert.match(await bar.innerText(), /15:00–17:00/);
  await page.locator('.toast', { hasText: '15:00–17:00' }).waitFor();

  const resized = page.waitForResponse((r) => r.url().endsWith(`/venue/bookings/${first}/move`));
  await drag(page, first, at(2), 35, { byEnd: true });
  assert.equal((await resized).status(), 200);
  assert.match(await bar.innerText(), /15:00–18:00/);

  await drag(page, first, at(3), 27); // onto the other one
  const why = page.locator('.toast.bad', { hasText: '这个时段已被预约' });
  await why.waitFor();
  const { y } = await why.boundingBox();
  assert.ok(y > 0 && y < 800, 'where it can be seen');
  assert.match(await bar.innerText(), /15:00–18:00/);
  assert.equal(await bar.evaluate((e) => e.closest('.week-col').dataset.day), at(2));

  await page.locator(`[data-id="${second}"]`).focus();
  const byKey = page.waitForResponse((r) => r.url().endsWith(`/venue/bookings/${second}/move`));
  await page.keyboard.press('ArrowDown');
  assert.equal((await byKey).status(), 200);
  const movedTo = (from) => page.waitForResponse((r) => r.url().endsWith(`/venue/bookings/${second}/move`)
    && r.request().postData().includes(encodeURIComponent(from)));
  const back = movedTo('14:00');
  await page.locator('.toast', { hasText: '14:30–16:30' }).getByRole('button', { name: '撤销' }).click();
  assert.equal((await back).status(), 200);
  await page.locator('.toast', { hasText: '14:00–16:00' }).waitFor();
  const again = movedTo('14:30');
  await page.locator(`[data-id="${second}"]`).focus();
  await page.keyboard.press('ArrowDown');
  assert.equal((await again).status(), 200);

  await page.reload();
  assert.match(await page.locator(`.week-col[data-day="${at(2)}"] [data-id="${first}"]`).innerText(), /15:00–18:00/);
  assert.match(await page.locator(`[data-id="${second}"]`).innerText(), /14:30–16:30/);
  assert.deepEqual(await axe(page), []);
  await who.close();
});

test('a refused form comes back with what was typed, and with what was wrong of it', async () => {
  const { who, page } = await open('operator', '/venue/manage');
  who.allowed.push(/422/);
  await page.fill('#c-zh', '检修');
  await page.fill('#c-en', 'Repairs');
  await page.fill('#c-from-day', day(9));
  await page.fill('#c-until-day', day(5));
  await page.getByRole('button', { name: '停用', exact: true }).click();
  await page.locator('[data-back]').click();
  await page.locator('[aria-invalid="true"]').waitFor();
  await page.locator('.toast.bad').waitFor();
  assert.equal(await page.inputValue('#c-zh'), '检修');
  assert.equal(await page.inputValue('#c-from-day'), day(9));
  await who.close();
});

test('a member finds a room by its time and books it in two taps', async () => {
  const { who, page } = await open('buyer', `/venue?day=${day(12)}&from=10:00&until=12:00&kind=classroom`, { viewport: PHONE });
  assert.deepEqual(await axe(page), []);
  await page.locator('.venue-room .button.primary').first().click();
  await page.getByRole('button', { name: '确认预约' }).click();
  await page.waitForURL(/\/venue\/bookings\/\d+$/);
  await page.locator('.chip', { hasText: '已预约' }).waitFor();
  await page.goto(`${town.url}/venue/bookings`);
  assert.equal(await page.locator('.venue-list .venue-room').count(), 1);
  await who.close();
});
