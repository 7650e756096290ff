// The demo town as a stranger meets it: started by its one command; its show, its accounts and the
// key for an encoder are read from what it prints.
import assert from 'node:assert/strict';
import { run } from './process.mjs';
import { Town, binary, storeOf } from './server.mjs';

// encoder: with the demo's own (drawing its scenes takes a while), else publish to town.publishUrl.
// data: a folder that is there already; args: more settings; ports: chosen before.
export async function demo({ kind = 'asan', encoder = false, data, args = [], ports } = {}) {
  const town = await Town.start({
    kind, command: 'demo', data, ports, args: [...(encoder ? [] : ['--no-encoder']), ...args],
  });
  await town.log(/Ctrl-C ends it/);
  const printed = town.process.output;
  town.show = Number(/Live room +\S+\/shows\/(\d+)/.exec(printed)[1]);
  town.room = `${town.url}/shows/${town.show}`;
  town.stream = `show-${town.show}`;
  town.publishUrl = `${town.rtmp}/${/Stream key +(\S+)/.exec(printed)[1]}`;
  town.passwords = Object.fromEntries(
    [...printed.matchAll(/^ {4,}(\w+) +(\w+-\w+) +\w/gm)].map((m) => [m[1], m[2]]),
  );
  town.check = async () => {
    const { code, output } = await run(binary(kind), [
      'check', '--data', town.data, ...storeOf(town.data),
    ]);
    assert.equal(code, 0, output);
    assert.match(output, /all is well/);
  };
  return town;
}

// Logs somebody in through the page's own form, and ends where the form leads.
export async function logIn(page, town, login, next = '/me') {
  await page.goto(`${town.url}/login?next=${encodeURIComponent(next)}`);
  await page.fill('#login', login);
  await page.fill('#password', town.passwords[login]);
  await Promise.all([
    page.waitForURL((url) => url.pathname === next.split('?')[0]),
    page.click('form[action="/login"] button'),
  ]);
}

// Fills in who gets an order, on the order's page or in the sheet.
export async function fillReceiver(form) {
  const another = form.locator('label:has([name="address_id"][value="new"])');
  if (await another.count()) await another.click();
  await form.locator('[name="name"]').fill('阿棉');
  await form.locator('[name="phone"]').fill('13800000000');
  await form.locator('[name="address"]').fill('浙江省宁波市青石弄 8 号');
}
