import { keep, recall } from './storage.ts';

/** Dark or light as the system has it, unless somebody chose. */
export type Theme = 'dark' | 'light';

const key = 'leasewatch-theme';

export function applyTheme(): void {
  const chosen = read();
  if (chosen !== undefined) document.documentElement.dataset.theme = chosen;
}

export function currentTheme(): Theme {
  return read() ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
}

export function chooseTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  keep(() => localStorage, key, theme);
}

function read(): Theme | undefined {
  const set = document.documentElement.dataset.theme ?? recall(() => localStorage, key);
  return set === 'dark' || set === 'light' ? set : undefined;
}
