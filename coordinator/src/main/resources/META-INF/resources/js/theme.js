// Runs before the first paint, so that a dark page never flashes white. Not a module on purpose.
(function () {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const stored = () => { try { return localStorage.getItem('theme'); } catch { return null; } };
  const apply = () => {
    document.documentElement.dataset.theme = stored() || (system.matches ? 'dark' : 'light');
    document.dispatchEvent(new CustomEvent('themechange'));
  };
  apply();
  system.addEventListener('change', apply);
  window.toggleTheme = () => {
    const next = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
    const followsSystem = (next === 'dark') === system.matches;
    try { followsSystem ? localStorage.removeItem('theme') : localStorage.setItem('theme', next); } catch { /* private mode */ }
    document.documentElement.dataset.theme = next;
    document.dispatchEvent(new CustomEvent('themechange'));
  };
})();
