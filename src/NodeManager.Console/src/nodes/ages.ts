import type { Node } from '../api/types';
import { seconds, units } from './rows';

const sizes = Object.entries(units);

/** When the server wrote the age, in milliseconds, by the labels of a node: a node that reports only its usage keeps them. */
const received = new WeakMap<Node['labels'], number>();

export function noteAge(node: Node, now = Date.now()): void {
  received.set(node.labels, now);
}

/** As the server and kubectl write it, and grown since the server did. */
export function ageOf(node: Node, now = Date.now()): string {
  const written = seconds(node.age);
  const at = received.get(node.labels);
  return written === undefined || at === undefined ? node.age : ageText(written + Math.max(0, now - at) / 1000);
}

/** The largest unit, and the next one while the largest is below 10. */
export function ageText(age: number): string {
  const index = sizes.findIndex(([, size]) => age >= size);
  if (index < 0) return age === 0 ? '0s' : `${age.toFixed(1)}s`;
  const [name, size] = sizes[index]!;
  const amount = Math.floor(age / size);
  const next = sizes[index + 1];
  const rest = amount < 10 && next ? Math.floor((age - amount * size) / next[1]) : 0;
  return `${amount}${name}${rest > 0 ? `${rest}${next![0]}` : ''}`;
}
