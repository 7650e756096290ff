// A clerk takes the sheet of what is to be shipped, fills in the carrier's numbers in a spreadsheet,
// brings it back, mends what is wrong, and ships; the buyer sees the parcel and confirms.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { LAPTOP, PHONE, launch, visitor } from './lib/browser.mjs';
import { demo, logIn } from './lib/demo.mjs';
import { Person } from './lib/people.mjs';
import { atEnd } from './lib/process.mjs';

let town;
let browser;
let orders;
const folder = mkdtempSync(join(tmpdir(), 'guildhall-shipping-'));

before(async () => {
  browser = await launch();
  town = await demo();
  const clerk = await new Person(town).login('factory', town.passwords.factory);
  const buyer = await new Person(town).login('buyer', town.passwords.buyer);
  const { products } = (await clerk.get('/hall/desk')).body;
  orders = [];
  for (const { slug } of products.filter((p) => p.slug)) {
    const { body } = await buyer.get(`/hall/products/${slug}`);
    const sku = body.skus?.find((s) => s.stock > 4);
    if (!sku || body.lacks?.length) continue;
    while (orders.length < 2) {
      const wish = { sku: String(sku.id), quantity: '1', name: '阿棉', phone: '13800000000',
        address: '浙江省宁波市青石弄 8 号' };
      const made = await buyer.post('/orders', wish, { 'idempotency-key': `ship-${orders.length}-key` });
      if (made.status !== 201) break;
      orders.push(made.body.order.id);
      assert.equal((await buyer.post(`/cashier/${orders.at(-1)}`)).status, 200);
    }
    if (orders.length === 2) break;
  }
  assert.equal(orders.length, 2);
});

atEnd(async () => {
  await browser.close();
  await town.stop();
  rmSync(folder, { recursive: true, force: true });
});

// Fills in carrier and number of some orders, as a person does in a spreadsheet.
function fill(file, numbers) {
  execFileSync('/usr/bin/python3', ['-c', `
import json, sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
sheet = book.active
titles = {cell.value: cell.column for cell in sheet[1]}
for row in sheet.iter_rows(min_row=2):
    number = json.loads(sys.argv[2]).get(str(row[0].value))
    if number:
        sheet.cell(row[0].row, titles['承运方'], '青瓷速运')
        sheet.cell(row[0].row, titles['运单号'], number)
book.save(sys.argv[1])
`, file, JSON.stringify(numbers)]);
}

test('a clerk ships from a sheet that went through a spreadsheet', async () => {
  const clerk = await visitor(browser, { viewport: LAPTOP });
  const page = await clerk.page();
  await logIn(page, town, 'factory', '/factory/shipping');
  for (const id of orders) await page.locator(`td a[href="/orders/${id}"]`).waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('form[action="/factory/shipping/sheet"] button').click(),
  ]);
  const file = join(folder, 'to-ship.xlsx');
  await download.saveAs(file);
  fill(file, { [orders[0]]: '700000000001', [orders[1]]: '12' });
  await page.setInputFiles('input[type="file"]', file);
  await page.click('form[action="/factory/shipping/import"] button');
  await page.waitForURL(/\/factory\/shipping\/imports\/\d+$/);
  await page.getByText('运单号不像这个承运方的').waitFor();
  assert.equal(await page.locator('form[action$="/take"]').count(), 0, 'nothing can be taken');

  await page.goto(`${town.url}/factory/shipping`);
  fill(file, { [orders[0]]: '700000000001', [orders[1]]: '700000000002' });
  await page.setInputFiles('input[type="file"]', file);
  await page.click('form[action="/factory/shipping/import"] button');
  await page.waitForURL(/\/factory\/shipping\/imports\/\d+$/);
  await page.locator('form[action$="/take"] button').click();
  await page.getByText('这张表已登记').waitFor();
  await page.goto(`${town.url}/factory/shipping`);
  for (const id of orders) assert.equal(await page.locator(`td a[href="/orders/${id}"]`).count(), 0);

  const buyer = await visitor(browser, { viewport: PHONE });
  const phone = await buyer.page();
  await logIn(phone, town, 'buyer', `/orders/${orders[1]}`);
  const text = await phone.locator('main').innerText();
  for (const part of ['已发货', '青瓷速运', '700000000002']) assert.ok(text.includes(part), text);
  await phone.locator(`form[action="/orders/${orders[1]}/receive"] button`).click();
  await phone.locator('[data-answer-yes]').click();
  await phone.getByText('已收货').first().waitFor();
  await town.check();
});
