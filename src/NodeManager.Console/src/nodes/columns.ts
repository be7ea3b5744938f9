import type { Node } from '../api/types';
import type { Key } from '../frame/language.svelte';
import { ageOf } from './ages';
import { rolesOf, seconds } from './rows';

/** A column of the table of nodes. `value` is what it is sorted by; undefined comes last. */
export interface Column {
  id: string;
  label: Key;
  kind: 'status' | 'text' | 'usage' | 'number' | 'time';
  value: (node: Node) => string | number | undefined;
  /** What people look for is the most used and the least healthy node. */
  descendsFirst?: boolean;
}

/** All columns; the name is not among them, as it is always there. */
export const columns: readonly Column[] = [
  { id: 'status', label: 'status', kind: 'status', value: node => (node.status.phase === 'Ready' ? 2 : node.status.phase === 'NotReady' ? 0 : 1) - (node.status.unschedulable ? 0.5 : 0) },
  { id: 'roles', label: 'roles', kind: 'text', value: node => rolesOf(node).join(', ') || undefined },
  { id: 'pool', label: 'pool', kind: 'text', value: node => node.pool },
  { id: 'zone', label: 'zone', kind: 'text', value: node => node.zone },
  { id: 'type', label: 'instanceType', kind: 'text', value: node => node.instance_type },
  { id: 'version', label: 'version', kind: 'text', value: node => node.version },
  { id: 'address', label: 'address', kind: 'text', value: node => node.address },
  { id: 'taints', label: 'tab.taints', kind: 'text', value: node => node.taints.map(one => `${one.key}${one.value ? `=${one.value}` : ''}:${one.effect}`).join(', ') || undefined },
  { id: 'cpu', label: 'cpu', kind: 'usage', value: node => node.usage?.cpu_percent, descendsFirst: true },
  { id: 'memory', label: 'memory', kind: 'usage', value: node => node.usage?.memory_percent, descendsFirst: true },
  { id: 'cpu-requests', label: 'column.cpuRequests', kind: 'usage', value: node => node.requested?.cpu_percent, descendsFirst: true },
  { id: 'memory-requests', label: 'column.memoryRequests', kind: 'usage', value: node => node.requested?.memory_percent, descendsFirst: true },
  { id: 'pods', label: 'pods', kind: 'number', value: node => node.pods, descendsFirst: true },
  { id: 'age', label: 'age', kind: 'number', value: node => seconds(ageOf(node)) },
  { id: 'changed', label: 'column.changed', kind: 'time', value: node => (node.changed_at ? Date.parse(node.changed_at) : undefined), descendsFirst: true },
];

export const usualColumns: readonly string[] = ['status', 'roles', 'zone', 'version', 'cpu', 'memory', 'pods', 'age'];

/** The columns of a list of ids, in its order; unknown ids are left out. */
export function columnsOf(ids: readonly string[]): Column[] {
  return ids.flatMap(id => columns.find(one => one.id === id) ?? []);
}

export interface Order { key: string; descending: boolean }

const names = new Intl.Collator('en', { numeric: true });

/** A sorted copy. What is not known comes last either way; equal nodes are sorted by name. */
export function sort(nodes: readonly Node[], order: Order): Node[] {
  const sign = order.descending ? -1 : 1;
  const column = columns.find(one => one.id === order.key);
  if (!column) return [...nodes].sort((a, b) => sign * names.compare(a.name, b.name));
  return nodes
    .map(node => ({ node, value: column.value(node) }))
    .sort((a, b) => compare(a.value, b.value, sign) || names.compare(a.node.name, b.node.name))
    .map(one => one.node);
}

function compare(a: string | number | undefined, b: string | number | undefined, sign: number): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  return sign * (typeof a === 'number' && typeof b === 'number' ? a - b : names.compare(String(a), String(b)));
}

/** An order as the address has it: `cpu`, or `-cpu` for descending. */
export function orderOf(text: string | null): Order {
  const key = (text ?? '').replace(/^-/, '');
  return { key: columns.some(one => one.id === key) ? key : 'name', descending: (text ?? '').startsWith('-') };
}

export function textOfOrder(order: Order): string {
  return order.key === 'name' && !order.descending ? '' : `${order.descending ? '-' : ''}${order.key}`;
}
