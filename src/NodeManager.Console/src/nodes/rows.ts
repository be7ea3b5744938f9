import type { Node } from '../api/types';

export type SortKey = 'name' | 'status' | 'cpu' | 'memory' | 'pods' | 'age';

export interface Order { key: SortKey; descending: boolean }

export type StatusFilter = 'all' | 'ready' | 'notReady' | 'cordoned';

const names = new Intl.Collator('en', { numeric: true });

/**
 * The nodes that match. Words of the text are combined: `key=value` and `key=` select by label, anything else is looked for in the name, the roles
 * and the taints.
 */
export function select(nodes: readonly Node[], text: string, status: StatusFilter): Node[] {
  const words = text.toLowerCase().split(/\s+/).filter(word => word !== '');
  return nodes.filter(node => hasStatus(node, status) && words.every(word => matches(node, word)));
}

function hasStatus(node: Node, status: StatusFilter): boolean {
  switch (status) {
    case 'ready': return node.status.phase === 'Ready';
    case 'notReady': return node.status.phase !== 'Ready';
    case 'cordoned': return node.status.unschedulable;
    default: return true;
  }
}

function matches(node: Node, word: string): boolean {
  const equals = word.indexOf('=');
  if (equals > 0) {
    const key = word.slice(0, equals);
    const value = word.slice(equals + 1);
    return Object.entries(node.labels).some(([k, v]) => k.toLowerCase() === key && (value === '' || v.toLowerCase() === value));
  }

  return node.name.includes(word) || rolesOf(node).some(role => role.includes(word)) || node.taints.some(taint => taint.key.toLowerCase().includes(word));
}

const rolePrefix = 'node-role.kubernetes.io/';

export function rolesOf(node: Node): string[] {
  return Object.entries(node.labels)
    .flatMap(([key, value]) => (key.startsWith(rolePrefix) ? [key.slice(rolePrefix.length)] : key === 'kubernetes.io/role' ? [value] : []))
    .filter(role => role !== '')
    .sort();
}

/** A sorted copy. What is not known comes last either way; equal nodes are sorted by name. */
export function sort(nodes: readonly Node[], order: Order): Node[] {
  const sign = order.descending ? -1 : 1;
  return [...nodes].sort((a, b) => {
    const by = order.key === 'name' ? sign * names.compare(a.name, b.name) : compare(valueOf(a, order.key), valueOf(b, order.key), sign);
    return by || names.compare(a.name, b.name);
  });
}

function compare(a: number | undefined, b: number | undefined, sign: number): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  return sign * (a - b);
}

function valueOf(node: Node, key: SortKey): number | undefined {
  switch (key) {
    case 'status': return (node.status.phase === 'Ready' ? 2 : node.status.phase === 'NotReady' ? 0 : 1) - (node.status.unschedulable ? 0.5 : 0);
    case 'cpu': return node.usage?.cpu_percent;
    case 'memory': return node.usage?.memory_percent;
    case 'pods': return node.pods;
    case 'age': return seconds(node.age);
    default: return 0;
  }
}

const units: Record<string, number> = { y: 31_536_000, d: 86_400, h: 3600, m: 60, s: 1 };

/** Of an age as kubectl and the server write it: 5d3h, 74d, 90s, 0.5s. Undefined without a number and a unit. */
export function seconds(age: string): number | undefined {
  let total: number | undefined;
  for (const [, count, unit] of age.matchAll(/(\d+(?:\.\d+)?)([ydhms])/g)) total = (total ?? 0) + Number(count) * units[unit!]!;
  return total;
}
