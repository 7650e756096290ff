// Takes the pictures of docs/hall.md, docs/trade.md, docs/live.md, docs/base.md and docs/letters.md from a demo town: node screenshots.mjs FOLDER [SCENE...] (script/screenshots).
// Each scene is taken in the windows, lights and languages that it names; all of them when it names none.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { launch, visitor } from './lib/browser.mjs';
import { demo, logIn } from './lib/demo.mjs';
import { temporaryFolder } from './lib/server.mjs';
import { until } from './lib/until.mjs';

const WINDOWS = { 390: { width: 390, height: 844 }, 1280: { width: 1280, height: 800 }, 1920: { width: 1920, height: 1080 } };
const LIGHTS = ['light', 'dark'];
const LANGUAGES = ['zh-CN', 'en'];

const ALL = Object.keys(WINDOWS).flatMap((w) => LIGHTS.flatMap((l) => LANGUAGES.map((t) => [w, l, t])));
const SOME = [['390', 'light', 'zh-CN'], ['1280', 'dark', 'en'], ['1920', 'light', 'zh-CN']];

// alive: in a demo whose show is on, a while after its start.
const SCENES = [
  { name: 'room', path: (page, town) => `/shows/${town.show}`, login: 'buyer', alive: true, takes: SOME },
  { name: 'desk', path: (page, town) => `/shows/${town.show}/desk`, login: 'host', alive: true, takes: SOME },
  { name: 'patrol', path: '/house/patrol', login: 'operator', alive: true, takes: SOME },
  { name: 'hall', path: '/hall', takes: ALL },
  { name: 'product', path: async (page, town) => firstLink(page, town, '/hall?kind=kettle', 'a[href*="/hall/products/"]'), takes: SOME },
  { name: 'plan', path: async (page, town) => firstLink(page, town, '/floor', 'main a[href*="/floor/"]'), takes: SOME },
  { name: 'figure', path: '/figures/products', takes: SOME },
  { name: 'report', path: (page, town) => firstLink(page, town, '/desk', 'a[href$="/report"]'), login: 'host', takes: SOME },
  { name: 'console', path: '/console', login: 'factory', takes: SOME },
  { name: 'table', path: '/hall/desk', login: 'factory', takes: SOME },
  { name: 'board', path: '/board', login: 'operator', takes: SOME },
  { name: 'today', path: '/today', login: 'operator', takes: SOME },
  { name: 'today-wall', path: '/today?wall=1', login: 'operator', takes: [['1920', 'light', 'zh-CN'], ['1920', 'dark', 'en']] },
  { name: 'agency', path: '/agency', login: 'agency', takes: [['390', 'light', 'zh-CN'], ['1280', 'dark', 'en']] },
  { name: 'certificate', path: (page, town) => firstLink(page, town, '/training/record', 'a[href$="/paper"]'), paper: true, login: 'host', takes: [['1280', 'light', 'zh-CN'], ['1280', 'light', 'en']] },
  { name: 'verify', path: (page, town) => firstLink(page, town, '/training/record', 'a[href*="/verify/certificates/"]'), login: 'host', takes: [['390', 'light', 'zh-CN']] },
  { name: 'suggestions', path: '/suggestions', login: 'desk', takes: [['1280', 'light', 'zh-CN'], ['390', 'dark', 'en']] },
  { name: 'suggestion', path: '/suggestions/1', login: 'bureau', takes: [['1280', 'light', 'zh-CN'], ['390', 'light', 'zh-CN'], ['1280', 'dark', 'en']] },
  { name: 'draft', path: '/suggestions/2/draft', login: 'bureau', takes: [['1280', 'light', 'zh-CN'], ['390', 'dark', 'en']] },
  { name: 'sign', path: '/suggestions/1/sign', login: 'bureau', takes: [['1280', 'light', 'zh-CN'], ['1280', 'dark', 'en']] },
  { name: 'letter', path: (page, town) => firstLink(page, town, '/suggestions/1', 'a[href$="/paper.pdf"]'), paper: 'all', login: 'deputy', takes: [['1280', 'light', 'zh-CN']] },
  { name: 'letter-verify', path: (page, town) => firstLink(page, town, '/suggestions/1', 'a[href*="/verify/letters/"]'), login: 'deputy', takes: [['390', 'light', 'zh-CN'], ['1280', 'dark', 'en']] },
  { name: 'workdays', path: '/workdays?year=2026', takes: [['1280', 'light', 'zh-CN']] },
  { name: 'rooms', path: '/venue/board', login: 'operator', takes: SOME },
  { name: 'rooms-wall', path: '/venue/board?wall=1', login: 'operator', takes: [['1920', 'light', 'zh-CN'], ['1920', 'dark', 'en']] },
  { name: 'rooms-week', path: (page, town) => firstLink(page, town, '/venue/board', 'a.label[href*="/venue/spaces/3"]'), login: 'operator', takes: [['1280', 'light', 'zh-CN'], ['1280', 'dark', 'en']] },
  { name: 'event-schedule', path: (page, town) => firstLink(page, town, '/events/desk', '.event-card a').then((href) => href.replace(/desk$/, 'plan')), login: 'operator', takes: [['1280', 'light', 'zh-CN'], ['1280', 'dark', 'en']] },
  { name: 'event-timetable', path: (page, town) => firstLink(page, town, '/events', '.event-card a').then((href) => `${href}/timetable`), login: 'factory', takes: [['390', 'light', 'zh-CN']] },
  { name: 'sheet', path: (page, town) => orderSheet(page, town), login: 'buyer', takes: SOME },
  { name: 'orders', path: '/orders', login: 'buyer', takes: SOME },
  { name: 'shipping', path: '/factory/shipping', login: 'factory', takes: SOME },
  { name: 'claim', path: (page, town) => firstLink(page, town, '/claims/desk', 'td a[href^="/claims/"]'), login: 'operator', takes: SOME },
  { name: 'talk', path: (page, town) => firstLink(page, town, '/factory/messages', '.inbox li:nth-child(2) a'), login: 'factory', takes: SOME },
  { name: 'statement', path: (page, town) => firstLink(page, town, '/settle/statements', 'main a[href*="/settle/statements/factory:"]'), login: 'factory', takes: SOME },
];

async function firstLink(page, town, from, link) {
  await page.goto(town.url + from);
  return page.locator(link).first().getAttribute('href');
}

// Of the maker whose coupon the buyer has.
async function orderSheet(page, town) {
  const { claimed: [{ maker }] } = await (await page.request.get(`${town.url}/coupons`, { headers: { accept: 'application/json' } })).json();
  await page.goto(`${town.url}/hall/factories/${maker.slug}`);
  const product = await page.locator('main a[href*="/hall/products/"]').first().getAttribute('href');
  const { skus } = await (await page.request.get(`${town.url}${product}`, { headers: { accept: 'application/json' } })).json();
  return `/orders/new?sku=${skus[0].id}&quantity=2`;
}

// WebP, a fourth of a PNG's bytes.
function keep(png, file) {
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', png, '-c:v', 'libwebp', '-quality', '80', file]);
  rmSync(png);
}

// Every page of a paper in one picture.
function sideBySide(pdf, png) {
  const stem = png.replace(/\.png$/, '');
  execFileSync('pdftoppm', ['-r', '60', '-png', pdf, stem]);
  const pages = readdirSync(dirname(png)).filter((f) => /-\d+\.png$/.test(f)).sort();
  const inputs = pages.flatMap((f) => ['-i', join(dirname(png), f)]);
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...inputs, '-filter_complex', `hstack=inputs=${pages.length}`, png]);
}

async function moving(page) {
  const there = () => [...document.querySelectorAll('video')].every((v) => v.readyState >= 3 && v.currentTime > 0.5);
  await page.waitForFunction(there, null, { timeout: 30_000 });
  await page.waitForTimeout(2500);
}

// Until it has something to show: people talk, a coupon is given, a flash sale runs.
async function aliveTown() {
  const town = await demo({ kind: 'release', encoder: true });
  await until('the show is alive', async () => {
    const { offers, messages } = await (await fetch(`${town.room}.json`)).json();
    return offers.flash.running.length && offers.coupons.pushed.length && messages.length > 12;
  }, 300_000, 1000);
  return town;
}

async function take(browser, town, scene, [width, light, language], folder) {
  const person = await visitor(browser, {
    viewport: WINDOWS[width], colorScheme: light, locale: language, deviceScaleFactor: width === '390' ? 2 : 1,
  });
  const page = await person.page();
  if (scene.login) await logIn(page, town, scene.login);
  const path = typeof scene.path === 'string' ? scene.path : await scene.path(page, town);
  const name = [scene.name, width, light, language === 'en' ? 'en' : 'zh'].join('-');
  const png = join(temporaryFolder(), `${name}.png`);
  if (scene.paper) {
    const pdf = join(temporaryFolder(), `${name}.pdf`);
    writeFileSync(pdf, await (await page.request.get(town.url + path, { headers: { 'accept-language': language } })).body());
    if (scene.paper === 'all') sideBySide(pdf, png);
    else execFileSync('pdftoppm', ['-r', '90', '-png', '-singlefile', pdf, png.replace(/\.png$/, '')]);
    return finish(png, folder, name, person);
  }
  // A live page is never idle: its picture is waited for.
  await page.goto(town.url + path, { waitUntil: scene.alive ? 'load' : 'networkidle' });
  if (scene.alive) await moving(page);
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: png });
  return finish(png, folder, name, person);
}

async function finish(png, folder, name, person) {
  keep(png, join(folder, `${name}.webp`));
  console.log(`${name}.webp`);
  await person.close();
}

const [folder, ...names] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await launch();
const towns = {};
try {
  for (const scene of SCENES.filter(({ name }) => !names.length || names.includes(name))) {
    const kind = scene.alive ? 'alive' : 'quiet';
    towns[kind] ??= scene.alive ? await aliveTown() : await demo({ kind: 'release' });
    for (const how of scene.takes) await take(browser, towns[kind], scene, how, folder);
  }
} finally {
  await browser.close();
  for (const town of Object.values(towns)) await town.stop();
}
