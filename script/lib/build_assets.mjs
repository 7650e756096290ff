// Bundles what the browser gets: node script/lib/build_assets.mjs SOURCE OUT DEPFILE STAMP
//
//   assets/css/site.css   ->  OUT/css/site.css      every page, minified
//   assets/css/desk.css   ->  OUT/css/desk.css      beside it, the desks of those at work
//   assets/css/cockpit.css ->  OUT/css/cockpit.css  beside it, the live desk, its crew and log
//   assets/css/console.css ->  OUT/css/console.css  and what needs doing: a factory's day, the board
//   assets/css/floor.css  ->  OUT/css/floor.css     beside it, plans of halls
//   assets/css/pay.css    ->  OUT/css/pay.css       beside it, the cashier and the desk of payments
//   assets/css/settle.css ->  OUT/css/settle.css    beside it, statements and shares
//   assets/css/relay.css  ->  OUT/css/relay.css     beside it, other platforms of a show
//   assets/css/talk.css   ->  OUT/css/talk.css      beside it, messages on an order
//   assets/css/house.css  ->  OUT/css/house.css     beside it, order of the house
//   assets/css/room.css   ->  OUT/css/room.css      beside it, the live room and its stage
//   assets/css/venue.css  ->  OUT/css/venue.css     beside it, rooms: finding, the board, the week
//   assets/css/today.css  ->  OUT/css/today.css     beside desk.css, the base's day and its wall
//   assets/css/events.css ->  OUT/css/events.css    beside it, matchmaking events: wishes, timetables, the schedule, the wall
//   assets/css/report.css ->  OUT/css/report.css    beside desk.css, what came of a show
//   assets/css/training.css ->  OUT/css/training.css  beside it, courses, exams and certificates
//   assets/css/agencies.css ->  OUT/css/agencies.css  beside it, contracts, rosters, campaigns of agencies
//   assets/css/letters.css  ->  OUT/css/letters.css   beside it, suggestions: the list, a case, its clocks
//   assets/css/draft.css  ->  OUT/css/draft.css     beside it, drafting a letter
//   assets/css/workdays.css ->  OUT/css/workdays.css  beside it, the calendar of workdays
//   assets/css/replay.css ->  OUT/css/replay.css    beside it, replays of shows and clips
//   assets/css/sign.css   ->  OUT/css/sign.css      beside it, second factors, signing and verifying
//   assets/js/theme.js    ->  OUT/js/theme.js       every page, before its first paint
//   assets/js/site.js     ->  OUT/js/site.js        every page: theme, menus, dialogs
//   assets/js/show.js     ->  OUT/js/show.js        the live room
//   assets/js/replay.js   ->  OUT/js/replay.js      the replay of a show: picture, talk, cards in time
//   assets/js/draft.js    ->  OUT/js/draft.js       a letter's draft: figures by search, what a look finds
//   assets/js/training.js ->  OUT/js/training.js    courses: the exam's clock, the attendance screen, minutes watched
//   assets/js/product.js  ->  OUT/js/product.js     a product: choosing, the order sheet
//   assets/js/cart.js     ->  OUT/js/cart.js        the cart: what is changed is saved
//   assets/js/house.js    ->  OUT/js/house.js       the house's lists renew themselves
//   assets/js/claim.js    ->  OUT/js/claim.js       asking for a refund or return: the sum follows
//   assets/js/desk.js     ->  OUT/js/desk.js        the host's desk
//   assets/js/table.js    ->  OUT/js/table.js       a table that is edited in place
//   assets/js/task.js     ->  OUT/js/task.js        work in the background: its bar moves
//   assets/js/cashier.js  ->  OUT/js/cashier.js     paying: the page follows what the provider says
//   assets/js/talk.js     ->  OUT/js/talk.js        messages on an order: what comes is shown
//   assets/js/similar.js  ->  OUT/js/similar.js     a suggestion's title: what was suggested before
//   assets/js/login.js    ->  OUT/js/login.js       a code to a phone: when there may be another
//   assets/js/console.js  ->  OUT/js/console.js     what needs doing, by the keyboard
//   mpegts.js, hls.js     ->  OUT/js/{mpegts,hls}.js  loaded when a player first needs one
//   htmx.org              ->  OUT/js/htmx.js        pages that swap fragments
//
// Each output is one file without imports of other outputs, so its address may hold its own hash
// (script/gen-resources); pages hand the addresses of the lazy ones to the scripts as data-
// attributes. Fails when a file passes its budget. DEPFILE lists every input for ninja.
import { build } from 'esbuild';
import { gzipSync } from 'node:zlib';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const [source, out, depfile, stamp] = process.argv.slice(2).map((p) => resolve(p));
const target = ['chrome123', 'firefox121', 'safari17.5']; // native nesting, light-dark()

// [entry, output, most bytes (gzipped for scripts, plain for the sheet)]
const outputs = [
  ['assets/css/site.css', 'css/site.css', 40 * 1024],
  ['assets/css/room.css', 'css/room.css', 12 * 1024],
  ['assets/css/desk.css', 'css/desk.css', 20 * 1024],
  ['assets/css/cockpit.css', 'css/cockpit.css', 10 * 1024],
  ['assets/css/console.css', 'css/console.css', 6 * 1024],
  ['assets/css/floor.css', 'css/floor.css', 8 * 1024],
  ['assets/css/pay.css', 'css/pay.css', 4 * 1024],
  ['assets/css/talk.css', 'css/talk.css', 4 * 1024],
  ['assets/css/house.css', 'css/house.css', 12 * 1024],
  ['assets/css/settle.css', 'css/settle.css', 6 * 1024],
  ['assets/css/relay.css', 'css/relay.css', 4 * 1024],
  ['assets/css/replay.css', 'css/replay.css', 6 * 1024],
  ['assets/css/training.css', 'css/training.css', 8 * 1024],
  ['assets/css/agencies.css', 'css/agencies.css', 6 * 1024],
  ['assets/css/letters.css', 'css/letters.css', 8 * 1024],
  ['assets/css/draft.css', 'css/draft.css', 6 * 1024],
  ['assets/css/workdays.css', 'css/workdays.css', 3 * 1024],
  ['assets/css/venue.css', 'css/venue.css', 12 * 1024],
  ['assets/css/today.css', 'css/today.css', 6 * 1024],
  ['assets/css/events.css', 'css/events.css', 6 * 1024],
  ['assets/css/report.css', 'css/report.css', 6 * 1024],
  ['assets/css/sign.css', 'css/sign.css', 6 * 1024],
  ['assets/js/week.js', 'js/week.js', 3 * 1024],
  ['assets/js/theme.js', 'js/theme.js', 1024],
  ['assets/js/site.js', 'js/site.js', 8 * 1024],
  ['assets/js/show.js', 'js/show.js', 20 * 1024],
  ['assets/js/replay.js', 'js/replay.js', 12 * 1024],
  ['assets/js/product.js', 'js/product.js', 12 * 1024],
  ['assets/js/cart.js', 'js/cart.js', 8 * 1024],
  ['assets/js/house.js', 'js/house.js', 4 * 1024],
  ['assets/js/draft.js', 'js/draft.js', 3 * 1024],
  ['assets/js/training.js', 'js/training.js', 3 * 1024],
  ['assets/js/claim.js', 'js/claim.js', 2 * 1024],
  ['assets/js/desk.js', 'js/desk.js', 20 * 1024],
  ['assets/js/table.js', 'js/table.js', 8 * 1024],
  ['assets/js/console.js', 'js/console.js', 2 * 1024],
  ['assets/js/cashier.js', 'js/cashier.js', 2 * 1024],
  ['assets/js/talk.js', 'js/talk.js', 3 * 1024],
  ['assets/js/similar.js', 'js/similar.js', 2 * 1024],
  ['assets/js/login.js', 'js/login.js', 2 * 1024],
  ['assets/js/task.js', 'js/task.js', 4 * 1024],
  ['assets/js/vendor/mpegts.js', 'js/mpegts.js', 90 * 1024],
  ['assets/js/vendor/hls.js', 'js/hls.js', 140 * 1024],
  ['assets/js/vendor/htmx.js', 'js/htmx.js', 20 * 1024],
];

const inputs = new Set([resolve(process.argv[1])]);
let failed = false;

rmSync(out, { recursive: true, force: true });
for (const [entry, name, budget] of outputs) {
  const script = name.endsWith('.js');
  const result = await build({
    absWorkingDir: source,
    entryPoints: [entry],
    outfile: join(out, name),
    bundle: true,
    minify: true,
    format: script ? 'esm' : undefined,
    target,
    legalComments: 'eof',
    metafile: true,
    logLevel: 'warning',
    loader: { '.svg': 'dataurl' },
  });
  for (const input of Object.keys(result.metafile.inputs)) inputs.add(join(source, input));
  const bytes = readFileSync(join(out, name));
  const size = script ? gzipSync(bytes, { level: 9 }).length : bytes.length;
  if (size > budget) {
    console.error(`build_assets: ${name} has ${size} bytes, its budget is ${budget}`);
    failed = true;
  }
}

// Paths in a depfile are taken from the build folder, where ninja runs this.
const here = (path) => relative(process.cwd(), path).replaceAll(' ', '\\ ');
writeFileSync(depfile, `${here(stamp)}: ${[...inputs].map(here).join(' ')}\n`);
writeFileSync(stamp, `${outputs.map(([, name]) => name).join('\n')}\n`);
process.exit(failed ? 1 : 0);
