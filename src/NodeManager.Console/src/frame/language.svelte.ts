import type { en } from '../lang/en';

export type Key = keyof typeof en;
export type Messages = Record<Key, string>;
export type Language = 'en' | 'zh';

const kept = 'nodemanager-language';

// A language is loaded when a user chooses it.
const loaders: Record<Language, () => Promise<Messages>> = {
  en: async () => (await import('../lang/en')).en,
  zh: async () => (await import('../lang/zh')).zh,
};

let language = $state<Language>('en');
let messages = $state.raw({} as Messages);

export const languages: readonly { id: Language; name: string }[] = [{ id: 'en', name: 'English' }, { id: 'zh', name: '中文' }];

export function currentLanguage(): Language {
  return language;
}

/** What was chosen last, else the first of the browser's languages that there is. */
export function preferredLanguage(): Language {
  const wanted = [localStorage.getItem(kept) ?? '', ...navigator.languages].map(tag => tag.toLowerCase().split('-')[0]);
  return wanted.find((tag): tag is Language => tag === 'en' || tag === 'zh') ?? 'en';
}

export async function loadLanguage(id: Language): Promise<void> {
  messages = await loaders[id]();
  language = id;
  document.documentElement.lang = id === 'zh' ? 'zh-Hans' : 'en';
}

export async function chooseLanguage(id: Language): Promise<void> {
  localStorage.setItem(kept, id);
  await loadLanguage(id);
}

/** The text of a key in the current language, with its {placeholders} filled. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return fill(messages[key] ?? key, values);
}

/** A word of the server in the current language, or as it is. */
export function word(group: 'status' | 'state' | 'decision' | 'plan' | 'drain' | 'severity' | 'alert' | 'groupBy' | 'phase' | 'health' | 'poolEffect' | 'update' | 'updateNode' | 'claim' | 'scale' | 'run' | 'runNode' | 'step' | 'agent' | 'action' | 'activity' | 'object' | 'scaleKind', value: string): string {
  return messages[`${group}.${value}` as Key] ?? value;
}

/** Fills placeholders: `{n}` is the value, `{n|node|nodes}` the first word for one and the second for any other number. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g, (whole, name: string, one?: string, other?: string) => {
    if (!(name in values)) return whole;
    const value = String(values[name]);
    return one === undefined ? value : value === '1' ? one : other!;
  });
}

/** A time as people of the language write it: local, or in UTC and marked as such. */
export function time(value: string | undefined): string {
  if (!value) return '–';
  const text = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium', ...(utc ? { timeZone: 'UTC' } : {}) }).format(new Date(value));
  return utc ? `${text} UTC` : text;
}

/** The time of day. */
export function clock(value: string | Date): string {
  return new Intl.DateTimeFormat(language, { timeStyle: 'medium', ...(utc ? { timeZone: 'UTC' } : {}) }).format(new Date(value));
}

const keptZone = 'nodemanager-utc';

let utc = $state(globalThis.localStorage?.getItem(keptZone) === 'true');

export function isUtc(): boolean {
  return utc;
}

export function chooseUtc(value: boolean): void {
  utc = value;
  localStorage.setItem(keptZone, String(value));
}

/** How long something has lasted, in its largest two units. */
export function duration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  const parts: [number, 'day' | 'hour' | 'minute' | 'second'][] = [
    [Math.floor(total / 86_400), 'day'], [Math.floor(total / 3600) % 24, 'hour'], [Math.floor(total / 60) % 60, 'minute'], [total % 60, 'second'],
  ];
  const first = Math.max(0, parts.findIndex(([value]) => value > 0) === -1 ? 3 : parts.findIndex(([value]) => value > 0));
  return parts.slice(first, first + 2).filter(([value], i) => value > 0 || i === 0)
    .map(([value, unit]) => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(value)).join(' ');
}

// One for each language and number of digits: a table has hundreds of numbers.
const numberFormats = new Map<string, Intl.NumberFormat>();

export function number(value: number, digits = 0): string {
  const key = `${language} ${digits}`;
  let format = numberFormats.get(key);
  if (!format) numberFormats.set(key, (format = new Intl.NumberFormat(language, { maximumFractionDigits: digits })));
  return format.format(value);
}
