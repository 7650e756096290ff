// A table whose cells are edited in place, with the keyboard: arrows and Tab move, Enter or typing
// begins, Enter saves and goes down, Escape leaves it as it was. Each cell is saved at once with the
// version that its row was read at, so that a second editor is told and not overwritten.
import { all, one, post, Refused, toast } from './util.js';

const table = one('[data-table]');
const say = table?.dataset ?? {};
const cells = (row) => all('[data-cell]', row);
const textOf = (cell) => one('span', cell).textContent;
const headOf = (cell) => all('thead th', table)[cell.cellIndex].textContent;

function focus(cell) {
  if (!cell) return;
  for (const other of all('[data-cell][tabindex="0"]', table)) other.tabIndex = -1;
  cell.tabIndex = 0;
  cell.focus();
  cell.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

function beside(cell, dx, dy) {
  const row = cell.closest('tr');
  if (dx) {
    const here = cells(row);
    return here[here.indexOf(cell) + dx];
  }
  const next = dy > 0 ? row.nextElementSibling : row.previousElementSibling;
  return next && (one(`[data-cell="${cell.dataset.cell}"]`, next) ?? cells(next)[0]);
}

function refuse(cell, error) {
  cell.classList.add('bad');
  if (error instanceof Refused && error.status === 409 && error.field !== 'value')
    toast(say.textConflict, { bad: true, ms: 15000, action: [say.textReload, () => location.reload()] });
  else toast(error.said ? error.message : say.textFailed, { bad: true });
}

async function save(cell, value) {
  const row = cell.closest('tr');
  const shown = one('span', cell);
  const before = shown.textContent;
  if (value === before) return;
  shown.textContent = value;
  cell.classList.remove('bad');
  cell.setAttribute('aria-busy', 'true');
  try {
    const done = await (row.saving = (row.saving ?? Promise.resolve()).catch(() => {}).then(() =>
      post(`/hall/desk/products/${row.dataset.row}/cell`, {
        version: row.dataset.version, field: cell.dataset.cell, value,
      })));
    row.dataset.version = done.version;
    if (cell.dataset.cell === 'price') shown.textContent = String(done.price.fen / 100);
    cell.classList.add('saved');
    setTimeout(() => cell.classList.remove('saved'), 1200);
  } catch (error) {
    shown.textContent = before;
    refuse(cell, error);
  }
  cell.removeAttribute('aria-busy');
}

function edit(cell, first) {
  if (one('.cell-input', cell)) return;
  const shown = one('span', cell);
  const choices = all(`datalist[data-of="${cell.dataset.cell}"] option`);
  const input = document.createElement(choices.length ? 'select' : 'input');
  input.className = 'cell-input';
  input.append(...choices.map((option) => new Option(option.value)));
  input.value = choices.length ? textOf(cell) : (first ?? textOf(cell));
  input.setAttribute('aria-label', headOf(cell));
  shown.hidden = true;
  cell.prepend(input);
  input.focus();
  if (first === undefined) input.select?.();
  let done = false;
  const end = (keep, to) => {
    if (done) return;
    done = true;
    const value = input.value.trim();
    input.remove();
    shown.hidden = false;
    if (keep) save(cell, value);
    if (to) focus(to);
  };
  input.addEventListener('blur', () => end(true));
  input.addEventListener('keydown', (event) => {
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === 'Enter') end(true, beside(cell, 0, event.shiftKey ? -1 : 1) ?? cell);
    else if (event.key === 'Tab') end(true, beside(cell, event.shiftKey ? -1 : 1, 0) ?? cell);
    else if (event.key === 'Escape') end(false, cell);
    else return;
    event.preventDefault();
  });
}

const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function onKey(event) {
  const cell = event.target.closest('[data-cell]');
  if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
  if (moves[event.key]) focus(beside(cell, ...moves[event.key]));
  else if (event.key === 'Enter' || event.key === 'F2') edit(cell);
  else if (event.key === 'Delete') edit(cell, '');
  else if (event.key.length === 1 && event.key !== ' ') edit(cell, event.key);
  else return;
  event.preventDefault();
}

function start() {
  table.setAttribute('role', 'grid');
  for (const cell of all('[data-cell]', table)) {
    cell.tabIndex = -1;
    cell.setAttribute('role', 'gridcell');
  }
  const first = one('[data-cell]', table);
  if (first) first.tabIndex = 0;
  table.addEventListener('keydown', onKey);
  table.addEventListener('dblclick', (event) => {
    const cell = event.target.closest('[data-cell]');
    if (cell) edit(cell);
  });
  table.addEventListener('click', (event) => {
    const cell = event.target.closest('[data-cell]');
    if (cell && !one('input', cell)) focus(cell);
  });
}

if (table) start();
