// htmx swaps fragments of server-rendered pages. Settings suit a strict content security policy:
// nothing evaluated. That it adds no style element of its own is said in a meta of the page, since a
// script that comes late would be told too late here.
import htmx from 'htmx.org';

htmx.config.allowEval = false;
htmx.config.allowScriptTags = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0;
htmx.config.scrollIntoViewOnBoost = false;

// Forms changed through htmx carry the session's token like any other.
document.addEventListener('htmx:configRequest', (event) => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token) event.detail.headers['X-CSRF-Token'] = token;
});
