export type Theme = 'auto' | 'light' | 'dark';

const key = 'nodemanager-theme';
let theme = $state<Theme>(read());

export function currentTheme(): Theme {
  return theme;
}

export function setTheme(value: Theme): void {
  theme = value;
  if (value === 'auto') localStorage.removeItem(key);
  else localStorage.setItem(key, value);
  applyTheme();
}

/** Lets the style sheet know; `auto` follows the system. */
export function applyTheme(): void {
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

function read(): Theme {
  const kept = localStorage.getItem(key);
  return kept === 'light' || kept === 'dark' ? kept : 'auto';
}
