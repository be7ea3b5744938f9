export type Theme = 'auto' | 'light' | 'dark';

const key = 'nodemanager-theme';
let theme = $state<Theme>(read());

const system = matchMedia('(prefers-color-scheme: dark)');
let systemIsDark = $state(system.matches);
system.addEventListener('change', () => { systemIsDark = system.matches; });

export function currentTheme(): Theme {
  return theme;
}

/** For what has no style sheet, such as a canvas. */
export function isDark(): boolean {
  return theme === 'auto' ? systemIsDark : theme === 'dark';
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
