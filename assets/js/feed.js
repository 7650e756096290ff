// The codes for an encoder on a phone: fetched when they are asked for, and gone with their dialog.
import { all, getPage, one, toast } from './util.js';

async function open(link, failed) {
  try {
    const page = await getPage(link.href);
    const dialog = document.createElement('dialog');
    dialog.className = 'confirm feed-dialog';
    dialog.setAttribute('aria-label', link.textContent.trim());
    const close = document.createElement('form');
    close.method = 'dialog';
    close.append(Object.assign(document.createElement('button'), {
      className: 'button', textContent: link.dataset.close,
    }));
    dialog.append(one('[data-feed]', page), close);
    dialog.addEventListener('close', () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  } catch {
    toast(failed, { bad: true });
  }
}

/** @param {string} failed what is said when they cannot be had */
export function feedCodes(failed) {
  for (const link of all('[data-feed-codes]'))
    link.addEventListener('click', (event) => {
      event.preventDefault();
      open(link, failed);
    });
}
