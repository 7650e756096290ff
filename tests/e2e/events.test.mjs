// Twelve makers and four agencies get a schedule and meet: the base makes the event and invites, one maker and one agency do
// all of it on a phone, the others over JSON; the base plans, publishes and begins; who comes signs in by the code at the door,
// says what came of a meeting in one tap; one leaves in between; the report counts, and so does the figure.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, test } from 'node:test';
import { PHONE, assertFits, axe, launch, visitor } from './lib/browser.mjs';
import { demo, logIn } from './lib/demo.mjs';
import { Person } from './lib/people.mjs';
import { atEnd } from './lib/process.mjs';
import { binary, storeOf } from './lib/server.mjs';

let town;
let browser;
let desk;
let event;
let held;
const parties = []; // {organisation, name, side, login, person, party}

const sent = (page, click) => Promise.all([page.waitForNavigation(), click()]);
const tomorrow = () => new Date(Date.now() + 8 * 3600e3 + 86_400e3).toISOString().slice(0, 10);

async function open(login, path, options) {
  const who = await visitor(browser, options);
  const page = await who.page();
  await logIn(page, town, login, path);
  return page;
}

async function confirmed(page, press) {
  await press();
  await sent(page, () => page.locator('dialog[open] .button.primary, dialog[open] .button.danger').first().click());
}

async function enrol(side, slug, name, i) {
  const login = `${side}${i}`;
  const said = execFileSync(binary(), ['user', 'add', '--data', town.data, '--login', login, '--role', side === 'factory' ? 'factory' : 'host',
    '--organisation', slug, ...storeOf(town.data)], { encoding: 'utf8' });
  town.passwords[login] = /^password: (\S+)$/m.exec(said)[1];
  const person = await new Person(town).login(login, town.passwords[login]);
  parties.push({ name, side, login, person });
}

before(async () => {
  browser = await launch();
  town = await demo();
  const { body } = await new Person(town).get('/events');
  const shown = (await new Person(town).get(`/events/${body.coming[0].id}`)).body;
  assert.equal(shown.factories.length, 12);
  assert.equal(shown.agencies.length, 4);
  for (const [side, list] of [['factory', shown.factories], ['agency', shown.agencies]])
    for (const [i, one] of list.entries()) await enrol(side, one.slug, one.name, i);
  held = (await new Person(town).get('/figures/events')).body.value;
});

atEnd(async () => {
  await browser.close();
  await town.check();
  await town.stop();
});

test('the base makes an event and invites twelve makers and four agencies', async () => {
  desk = await open('operator', '/events/desk');
  await desk.locator('summary', { hasText: '新建对接会' }).click();
  await desk.fill('#title_zh', '小家电对接会');
  await desk.fill('#title_en', 'Small appliances');
  await desk.fill('#starts_at', `${tomorrow()}T00:30`);
  await desk.fill('#deadline', `${tomorrow()}T00:20`);
  await desk.selectOption('#space', '');
  await desk.fill('#room', '临时大厅');
  await desk.fill('#slots', '12');
  await desk.fill('#slot_min', '15');
  await desk.fill('#break_after', '0');
  await desk.fill('#tables', '4');
  assert.deepEqual(await axe(desk), []);
  await sent(desk, () => desk.getByRole('button', { name: '新建', exact: true }).click());
  event = Number(/\/events\/(\d+)\/desk$/.exec(desk.url())[1]);
  await desk.locator('summary', { hasText: '邀请或代报名' }).click();
  const options = await desk.locator('#organisation option').all();
  const wanted = [];
  for (const option of options) {
    const text = await option.innerText();
    if (parties.some((p) => text.endsWith(p.name))) wanted.push(await option.getAttribute('value'));
  }
  assert.equal(wanted.length, 16);
  await desk.selectOption('#organisation', wanted);
  await sent(desk, () => desk.getByRole('button', { name: '邀请', exact: true }).click());
  assert.equal(await desk.locator('.event-parties li').count(), 16);
  assert.deepEqual(await axe(desk), []);
});

test('a maker signs up on a phone, says whom it wants to meet, and shows goods', async () => {
  const phone = await open('factory0', '/console', { viewport: PHONE });
  await phone.goto(`${town.url}/messages`);
  await phone.getByText('邀请你们参加').first().waitFor();
  await phone.goto(`${town.url}/events/${event}`);
  await assertFits(phone);
  assert.deepEqual(await axe(phone), []);
  await phone.fill('#most', '4');
  await sent(phone, () => phone.getByRole('button', { name: '报名' }).click());
  for (const p of parties.slice(1)) {
    const { status, body, text } = await p.person.post(`/events/${event}/join`, { most: p.side === 'factory' ? 4 : 12 });
    assert.equal(status, 200, text);
    p.party = body.party;
  }
  await phone.reload();
  assert.equal(await phone.locator('.event-wish').count(), 4);
  for (const wish of await phone.locator('.event-wish').all()) await wish.locator('label').filter({ hasText: /^想见$/ }).click();
  await phone.locator('.event-wish').first().locator('label').filter({ hasText: '必见' }).click();
  await phone.locator('.event-products input').first().check();
  await assertFits(phone);
  assert.deepEqual(await axe(phone), []);
  await sent(phone, () => phone.getByRole('button', { name: '保存意向' }).click());
  assert.equal(await phone.locator('.event-wish').first().locator('input:checked').getAttribute('value'), '3');
  parties[0].party = (await parties[0].person.get(`/events/${event}/wishes`)).body.party.id;
});

test('so do the others, and the base plans and publishes', async () => {
  for (const [i, p] of parties.entries()) {
    if (i === 0) continue;
    const others = parties.filter((o) => o.side !== p.side);
    const fields = Object.fromEntries(others.map((o, k) => [`hearts_${o.party}`, (i + k) % 4]));
    const { status, text } = await p.person.post(`/events/${event}/wishes`, fields);
    assert.equal(status, 200, text);
  }
  await desk.goto(`${town.url}/events/${event}/plan`);
  await sent(desk, () => desk.getByRole('button', { name: '自动排程' }).click());
  await desk.locator('.event-grid li').first().waitFor();
  assert.deepEqual(await axe(desk), []);
  assert.equal((await parties[0].person.get(`/events/${event}/timetable`)).body.meetings.length, 0);
  await confirmed(desk, () => desk.getByRole('button', { name: '发布日程' }).click());
  const slots = new Map();
  for (const p of parties) {
    const { body } = await p.person.get(`/events/${event}/timetable`);
    p.meetings = body.meetings;
    assert.ok(p.meetings.length > 0, `${p.name} sits alone`);
    if (p.side === 'factory') {
      assert.ok(p.meetings.length <= 4);
      for (const m of p.meetings) {
        const at = `${m.slot}/${m.table}`;
        assert.ok(!slots.has(at), 'a table is had twice');
        slots.set(at, m.id);
      }
    }
    assert.equal(new Set(p.meetings.map((m) => m.slot)).size, p.meetings.length);
    assert.equal(new Set(p.meetings.map((m) => m.other)).size, p.meetings.length);
  }
});

test('who comes signs in at the door, meets, and says what came of it', async () => {
  await desk.goto(`${town.url}/events/${event}/desk`);
  await sent(desk, () => desk.getByRole('button', { name: '现在开始' }).click());
  const office = await new Person(town).login('operator', town.passwords.operator);
  const phone = await open('agency0', '/me', { viewport: PHONE });
  const address = async () => (await office.get(`/events/${event}/screen`)).body.address;
  await phone.goto(await address());
  await assertFits(phone);
  await sent(phone, () => phone.getByRole('button', { name: '我们到了' }).click());
  await phone.getByText('签到成功').waitFor();
  const first = phone.locator('.event-day > li').first();
  await sent(phone, () => first.getByRole('button', { name: '要样品' }).click());
  await phone.locator('.event-day > li').first().locator('.chip', { hasText: '已洽谈' }).waitFor();
  assert.equal(await phone.locator('.event-day > li').first().locator('[aria-pressed="true"]').innerText(), '要样品');
  await assertFits(phone);
  assert.deepEqual(await axe(phone), []);
  for (const p of parties.slice(0, 15).filter((o) => o.login !== 'agency0')) {
    const code = new URL(await address()).searchParams.get('code');
    const { status, text } = await p.person.post(`/events/${event}/door`, { code });
    assert.equal(status, 200, text);
  }
  await desk.goto(`${town.url}/events/${event}/wall`);
  assert.equal(await desk.locator('.event-tables li').count(), 4);
  await desk.getByText('已签到 15 家').waitFor();
});

test('one leaves: its meetings fall, all others stay', async () => {
  const gone = parties[3];
  const theirs = new Set(gone.meetings.map((m) => m.id));
  const { status, text } = await gone.person.post(`/events/${event}/parties`, { do: 'leave' });
  assert.equal(status, 200, text);
  assert.equal((await gone.person.get(`/events/${event}/timetable`)).body.meetings.filter((m) => m.state === 'planned').length, 0);
  for (const p of parties) {
    if (p === gone) continue;
    const now = new Set((await p.person.get(`/events/${event}/timetable`)).body.meetings.map((m) => m.id));
    for (const m of p.meetings) if (!theirs.has(m.id)) assert.ok(now.has(m.id), `${p.name} lost a meeting`);
  }
});

test('the report tells what was, and the event counts', async () => {
  await desk.goto(`${town.url}/events/${event}/desk`);
  await sent(desk, () => desk.getByRole('button', { name: '结束', exact: true }).click());
  await desk.goto(`${town.url}/events/${event}/report`);
  await assertFits(desk);
  assert.deepEqual(await axe(desk), []);
  const office = await new Person(town).login('operator', town.passwords.operator);
  const { body } = await office.get(`/events/${event}/report`);
  assert.equal(body.outcomes.find((o) => o.outcome === 'sample').agency, 1);
  assert.ok(body.summary.met > 0 && body.summary.arrived === 15);
  const figure = (await new Person(town).get('/figures/events')).body;
  assert.equal(figure.value, held + 1);
  assert.ok(JSON.stringify(figure).includes(`/events/${event}`));
});

test('the pages of events fit a phone and can be read by everybody', async () => {
  const page = await open('operator', '/events/desk', { viewport: PHONE });
  const { body } = await new Person(town).get('/events');
  const next = body.coming[0].id;
  const past = body.over.at(-1).id;
  for (const path of ['/events', '/events/desk', `/events/${next}`, `/events/${next}/desk`, `/events/${next}/plan`, `/events/${next}/wall`,
    `/events/${next}/screen`, `/events/${past}/report`]) {
    await page.goto(town.url + path);
    await assertFits(page);
    assert.deepEqual(await axe(page), [], page.url());
  }
  const maker = await open('factory', '/console', { viewport: PHONE });
  const { body: mine } = await (await new Person(town).login('factory', town.passwords.factory)).get(`/events/${past}/timetable`);
  for (const path of [`/events/${past}/timetable`, `/events/follow-ups/${mine.follow_ups[0].id}`]) {
    await maker.goto(town.url + path);
    await assertFits(maker);
    assert.deepEqual(await axe(maker), [], maker.url());
  }
});
