import type { Arguments } from '../api/types';

/** What a person typed, read: the arguments, or why they are none. */
export type Reading = { arguments: Arguments } | { problem: 'empty' | 'syntax' | 'object' };

export function read(text: string): Reading {
  if (text.trim() === '') return { problem: 'empty' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'syntax' };
  }

  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { arguments: value as Arguments } : { problem: 'object' };
}

/** What has to be sent so that `before` becomes `now`: the arguments that differ, and null for those that are gone. */
export function changes(before: Arguments, now: Arguments): Arguments {
  const sent: Arguments = {};
  for (const [key, value] of Object.entries(now)) {
    if (!same(before[key], value)) sent[key] = value;
  }

  for (const key of Object.keys(before)) {
    if (!(key in now)) sent[key] = null;
  }

  return sent;
}

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every(key => key in right && same(left[key], right[key]));
}
