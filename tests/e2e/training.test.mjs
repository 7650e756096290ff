// A host without a record is told so and refused on air; enrols on a phone, signs in by the code on the
// teacher's screen, passes the exam, and goes on air with a real encoder.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, test } from 'node:test';
import { LAPTOP, PHONE, assertFits, axe, launch, visitor } from './lib/browser.mjs';
import { ffmpeg } from './lib/encoders.mjs';
import { Person } from './lib/people.mjs';
import { atEnd } from './lib/process.mjs';
import { Town, binary, storeOf } from './lib/server.mjs';
import { until } from './lib/until.mjs';

let town;
let browser;
let office;
let phone;
let run;
let session;
let show;
const passwords = {};
const RIGHT = { '彩排时谁能看到画面？': ['只有本场人员'], '哪些词不能用？': ['最佳', '国家级'], '回放要保存三年。': ['正确'] };
const QUESTIONS = [
  'single\t彩排时谁能看到画面？\tWho sees a rehearsal?\tB\t所有人 | Everybody\t只有本场人员 | The crew',
  'multiple\t哪些词不能用？\tWhich words are out?\tAC\t最佳 | The best\t好用 | Handy\t国家级 | National',
  'truth\t回放要保存三年。\tReplays are kept three years.\tT',
].join('\n');

const moment = (minutes) => new Date(Date.now() + 8 * 3600e3 + minutes * 60e3).toISOString().slice(0, 16);
const sent = (page, click) => Promise.all([page.waitForNavigation(), click()]);

async function made(path, fields) {
  const { status, body, text } = await office.post(path, fields);
  assert.equal(status, 200, text);
  return body;
}

async function enter(login, viewport) {
  const who = await visitor(browser, { viewport });
  const page = await who.page();
  await page.goto(`${town.url}/login`);
  await page.fill('#login', login);
  await page.fill('#password', passwords[login]);
  await sent(page, () => page.click('form[action="/login"] button'));
  return page;
}

before(async () => {
  browser = await launch();
  town = await Town.start();
  for (const [login, role] of [['office', 'admin'], ['host', 'host']]) {
    const said = execFileSync(binary(), [
      'user', 'add', '--data', town.data, '--login', login, '--role', role, ...storeOf(town.data),
    ], { encoding: 'utf8' });
    passwords[login] = /^password: (\S+)$/m.exec(said)[1];
  }
  office = await new Person(town).login('office', passwords.office);
  await made('/training/rules', { occupation: '4-01-02-07', day: '2026-01-01', note: '' });
  const bank = (await made('/training/banks', { name_zh: '题库', name_en: 'Bank' })).id;
  await made(`/training/banks/${bank}/questions`, { text: QUESTIONS, do: 'take' });
  const form = await office.get('/training/courses/new');
  const course = (await made('/training/courses', {
    occupation: '4-01-02-07', trade: 'seller', level: 5, title_zh: '直播销售入门', title_en: 'Selling live', about_zh: '', about_en: '',
    hours: 0, teacher: form.body.teachers[0].id, bank, exam_questions: 3, exam_minutes: 10, exam_tries: 2, pass_percent: 100,
    attend_percent: 100, valid_months: 24, is_on: 1,
  })).id;
  run = (await made(`/training/courses/${course}/runs`, { seats: 5 })).id;
  session = (await made(`/training/runs/${run}/sessions`, {
    title_zh: '第一课', title_en: 'One', starts_at: moment(-10), ends_at: moment(60), room: '培训教室',
  })).id;
});

atEnd(async () => {
  await browser.close();
  await town.stop();
});

async function publishUrl() {
  const host = await new Person(town).login('host', passwords.host);
  const { body, text } = await host.get(`/shows/${show}/desk`);
  const key = /key=([\w-]+)/.exec(text)?.[1];
  assert.ok(key, JSON.stringify(body));
  return `${town.rtmp}/show-${show}?key=${key}`;
}

test('without a record the check says so, and the encoder is refused', async () => {
  phone = await enter('host', PHONE);
  const host = await new Person(town).login('host', passwords.host);
  await host.post('/shows', { title_zh: '首播', title_en: 'First', room: '一号直播间', starts_at: moment(30) });
  const { body } = await host.get('/desk');
  show = body.shows[0].id;
  await phone.goto(`${town.url}/shows/${show}/plan`);
  await phone.getByText('主播没有有效的培训证书').waitFor();
  await assertFits(phone);
  const encoder = ffmpeg(await publishUrl());
  await until('the encoder is refused', () => encoder.end, 30_000);
  assert.notEqual(encoder.end.code, 0);
  assert.equal((await office.get(`/shows/${show}`)).body.show.on_air, false);
  await phone.click('.findings a');
  await phone.waitForURL(/\/training$/);
});

test('a rehearsal is allowed, and does not end on air', async () => {
  const host = await new Person(town).login('host', passwords.host);
  const rehearse = (on) => host.post(`/shows/${show}/rehearse`, { on });
  const hasPicture = async () => (await host.get(`/shows/${show}/desk`)).body.show.on_air;
  assert.equal((await rehearse(1)).status, 200);
  const encoder = ffmpeg(await publishUrl());
  await until('the rehearsal has a picture', hasPicture, 30_000);
  const { status, text } = await rehearse(0);
  assert.equal(status, 409, text);
  assert.equal((await office.get(`/shows/${show}`)).body.show.status, 'planned');
  encoder.child.kill('SIGTERM');
  await until('the encoder left', async () => !(await hasPicture()), 60_000);
  assert.equal((await rehearse(0)).status, 200);
});

test('the host enrols, signs in by the code and passes', async () => {
  await phone.getByRole('link', { name: '直播销售入门' }).first().click();
  await phone.fill('[name="name"]', '林一舟');
  await sent(phone, () => phone.getByRole('button', { name: '报名' }).click());
  await phone.getByText('达到 1 次可以考试').waitFor();

  const wall = await enter('office', LAPTOP);
  await wall.goto(`${town.url}/training/sessions/${session}/screen`);
  await wall.locator('.scan-code svg').waitFor();
  const screen = await office.get(`/training/sessions/${session}/screen`);
  await phone.goto(screen.body.address);
  await assertFits(phone);
  await sent(phone, () => phone.getByRole('button', { name: '我到了' }).click());

  await phone.getByRole('button', { name: '开始考试' }).click();
  await sent(phone, () => phone.locator('dialog[open] .button.primary, dialog[open] .button.danger, dialog[open] .button.buy').first().click());
  await phone.locator('[data-exam]').waitFor();
  await assertFits(phone);
  assert.deepEqual(await axe(phone), [], phone.url());
  for (const item of await phone.locator('.paper fieldset').all()) {
    const text = await item.locator('legend').innerText();
    const wanted = Object.entries(RIGHT).find(([question]) => text.includes(question))[1];
    for (const answer of wanted) await item.getByText(answer, { exact: true }).click();
  }
  await phone.getByText('已保存').waitFor();
  await phone.reload(); // what was chosen is there again
  assert.equal(await phone.locator('.paper input:checked').count(), 4);
  await sent(phone, () => phone.getByRole('button', { name: '交卷' }).click());
  await phone.getByText('恭喜，考试通过').waitFor();
  await phone.goto(`${town.url}/training/record`);
  await phone.getByText('可以开播').waitFor();
  const number = await phone.locator('.verify-number').innerText();
  await phone.goto(`${town.url}/verify/certificates/${number}`);
  await phone.getByText('林**').waitFor();
  assert.deepEqual(await axe(phone), [], phone.url());
});

test('and goes on air', async () => {
  await phone.goto(`${town.url}/shows/${show}/plan`);
  assert.equal(await phone.getByText('主播没有有效的培训证书').count(), 0);
  const encoder = ffmpeg(await publishUrl());
  const onAir = async () => (await office.get(`/shows/${show}`)).body.show.on_air;
  await until('the show is on air', onAir, 30_000);
  // What it was let in by ends: it stays on air, and is not let in again.
  const host = await new Person(town).login('host', passwords.host);
  const [{ id }] = (await host.get('/training/record')).body.certificates;
  const { status, text } = await office.post(`/training/certificates/${id}/revoke`, { reason: '测试' });
  assert.equal(status, 200, text);
  assert.equal(await onAir(), true);
  encoder.child.kill('SIGTERM');
  await until('the encoder left', async () => !(await onAir()), 60_000);
  const again = ffmpeg(await publishUrl());
  await until('the encoder is refused', () => again.end, 30_000);
  assert.notEqual(again.end.code, 0);
});

test('the pages of the base and of who teaches can be read by everybody', async () => {
  const page = await enter('office', PHONE);
  const exam = (await office.get(`/training/runs/${run}`)).body.exams[0].id;
  for (const path of ['/training', '/training/desk', '/training/courses/new', `/training/runs/${run}`, `/training/sessions/${session}`,
    '/training/rules', '/training/certificates', '/training/banks/1', `/training/exams/${exam}/log`, '/training/mine']) {
    await page.goto(town.url + path);
    await assertFits(page);
    assert.deepEqual(await axe(page), [], page.url());
  }
});
