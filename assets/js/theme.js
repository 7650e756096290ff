// Runs before the first paint (a small blocking script): a chosen theme, and the mark that scripts
// run, which shows what works only with them.
(() => {
  const root = document.documentElement;
  root.classList.add('scripted');
  try {
    const theme = localStorage.getItem('theme');
    if (theme === 'dark' || theme === 'light') root.dataset.theme = theme;
  } catch {
    // Storage is off: the system's theme it is.
  }
})();
