// Every page: theme, menus, questions before what cannot be undone, clocks, one-time messages.
import './find.js';
import { all, countdown, getJson, one, toast } from './util.js';

const root = document.documentElement;
const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
const isDark = () =>
  root.dataset.theme ? root.dataset.theme === 'dark' : systemIsDark.matches;

function switchTheme() {
  const theme = isDark() ? 'light' : 'dark';
  root.dataset.theme = theme;
  try {
    localStorage.setItem('theme', theme);
  } catch {
    // It lasts for this page, then.
  }
}

/**
 * Asks in a dialog what a form's data-confirm says; true when the person means it. data-confirm-yes
 * and data-confirm-no name the buttons by what they do, where "go on" and "cancel" would not tell.
 */
async function confirmed({ confirm, confirmYes, confirmNo }) {
  const dialog = one('[data-confirm-dialog]');
  if (!dialog?.showModal) return window.confirm(confirm);
  one('[data-confirm-text]', dialog).textContent = confirm;
  name(one('[data-answer-yes]', dialog), confirmYes);
  name(one('[data-answer-no]', dialog), confirmNo);
  dialog.returnValue = 'no';
  dialog.showModal();
  await new Promise((done) => dialog.addEventListener('close', done, { once: true }));
  return dialog.returnValue === 'yes';
}

// A button's own text comes back when the next question does not name it.
function name(button, text) {
  button.dataset.text ??= button.textContent;
  button.textContent = text || button.dataset.text;
}

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-theme-switch]')) switchTheme();
  for (const menu of all('details[data-menu][open]'))
    if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const menu of all('details[data-menu][open]')) {
    menu.open = false;
    one('summary', menu).focus();
  }
});

document.addEventListener(
  'submit',
  async (event) => {
    const form = event.target;
    if (!form.dataset.confirm) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (await confirmed(form.dataset)) {
      delete form.dataset.confirm;
      form.requestSubmit(event.submitter ?? undefined);
    }
  },
  true,
);

// A form sent twice by an impatient finger is sent once; the key in it guards the rest.
document.addEventListener('submit', (event) => {
  const button = event.submitter;
  if (!button || event.target.method !== 'post') return;
  setTimeout(() => {
    if (event.defaultPrevented) return; // a page's own module sends it, and the page stays
    button.disabled = true;
    setTimeout(() => (button.disabled = false), 4000);
  });
});

for (const element of all('[data-countdown]'))
  countdown(element, Number(element.dataset.countdown), () => location.reload());

// On a narrow window a plan, or a row of tabs, is wider than its frame: what one came for is in sight.
for (const frame of all('.plan-frame, .work-nav, .pages, .tabs, .letters-way')) {
  const here = one('[aria-current]', frame)?.getBoundingClientRect();
  const box = frame.getBoundingClientRect();
  if (here && !frame.scrollLeft) frame.scrollLeft += here.left + here.width / 2 - box.left - box.width / 2;
}

// As it was, with what was typed; and what was refused is marked there.
one('[data-back]')?.addEventListener('click', (event) => {
  const { field, message } = event.currentTarget.dataset;
  if (field) sessionStorage.setItem('refused', JSON.stringify({ field, message }));
  if (history.length < 2) return;
  event.preventDefault();
  history.back();
});
addEventListener('pageshow', () => {
  const was = one('[data-back]') ? null : sessionStorage.getItem('refused');
  if (!was) return;
  sessionStorage.removeItem('refused');
  const { field, message } = JSON.parse(was);
  const input = one(`main [name="${CSS.escape(field)}"]:not([type="hidden"])`);
  if (!input) return;
  input.setAttribute('aria-invalid', 'true');
  input.focus();
  toast(message, { bad: true, ms: 10000 });
});

for (const line of all('[data-toasts] .toast')) {
  const { once } = line.dataset; // what was said on another page is not said again
  if (once && sessionStorage.getItem(once)) line.remove();
  else if (once) sessionStorage.setItem(once, '1');
  setTimeout(() => line.remove(), 6000);
}

// An input whose value the program can judge while it is typed: data-check-url and the value give
// {ok, message}; the note that describes the input says it.
document.addEventListener('change', async ({ target }) => {
  const url = target.dataset?.checkUrl;
  const note = url && one(`#${target.getAttribute('aria-describedby')}`);
  if (!note || !target.value.trim()) return;
  try {
    const { ok, message } = await getJson(url + encodeURIComponent(target.value));
    target.setAttribute('aria-invalid', String(!ok));
    note.className = ok ? 'hint' : 'error';
    note.textContent = ok ? note.dataset.hint : message;
  } catch {
    // The form is judged again when it is sent.
  }
});
