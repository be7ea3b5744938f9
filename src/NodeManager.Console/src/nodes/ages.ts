import type { Node } from '../api/types';
import { seconds, units } from './rows';

/** When each node was created, by the clock of the browser: the server only writes how old it was when it answered. In milliseconds. */
const created = new Map<string, number>();

/** Takes note of the age that the server has just written. */
export function noteAge(node: Node, now = Date.now()): void {
  const age = seconds(node.age);
  if (age === undefined) created.delete(node.name);
  else created.set(node.name, now - age * 1000);
}

export function forgetAge(name: string): void {
  created.delete(name);
}

/** In seconds; undefined if the server did not write an age. */
export function ageOf(node: Node, now = Date.now()): number | undefined {
  const written = seconds(node.age);
  const at = created.get(node.name);
  return written === undefined || at === undefined ? written : Math.max(written, (now - at) / 1000);
}

/** As the server and kubectl write it: the largest unit, and the next one while the largest is below 10. */
export function ageText(age: number): string {
  const order = Object.entries(units);
  const index = order.findIndex(([, size]) => age >= size);
  if (index < 0) return age === 0 ? '0s' : `${age.toFixed(1)}s`;
  const [name, size] = order[index]!;
  const amount = Math.floor(age / size);
  const next = order[index + 1];
  const rest = amount < 10 && next ? Math.floor((age - amount * size) / next[1]) : 0;
  return `${amount}${name}${rest > 0 ? `${rest}${next![0]}` : ''}`;
}
