import type { Node } from '../api/types';

const binary: Record<string, number> = { '': 1, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50 };

/** Bytes of an amount as the server writes it: 31Gi, 30.1Gi, 512Mi. */
export function bytes(text: string): number {
  const parts = /^([\d.]+)\s*([KMGTP]i)?B?$/.exec(text);
  return parts ? Number(parts[1]) * binary[parts[2] ?? '']! : 0;
}

/** With a binary unit and one decimal. */
export function formatBytes(value: number): string {
  for (const unit of ['Pi', 'Ti', 'Gi', 'Mi', 'Ki']) {
    if (value >= binary[unit]!) return `${Math.round((value / binary[unit]!) * 10) / 10} ${unit}B`;
  }

  return `${value} B`;
}

export interface Totals {
  nodes: number;
  ready: number;
  notReady: number;
  unknown: number;
  cordoned: number;
  pods: number;
  cpu: { capacity: number; allocatable: number; used: number | undefined };
  memory: { capacity: number; allocatable: number; used: number | undefined };
}

/** What the two widgets show. Usage is that of the nodes that report it, by their allocatable amounts. */
export function totals(nodes: readonly Node[]): Totals {
  const sum: Totals = {
    nodes: nodes.length, ready: 0, notReady: 0, unknown: 0, cordoned: 0, pods: 0,
    cpu: { capacity: 0, allocatable: 0, used: undefined }, memory: { capacity: 0, allocatable: 0, used: undefined },
  };
  for (const node of nodes) {
    if (node.status.phase === 'Ready') sum.ready++;
    else if (node.status.phase === 'NotReady') sum.notReady++;
    else sum.unknown++;
    if (node.status.unschedulable) sum.cordoned++;
    sum.pods += node.pods ?? 0;
    add(sum.cpu, Number(node.capacity.cpu), Number(node.allocatable.cpu), node.usage?.cpu_percent);
    add(sum.memory, bytes(node.capacity.memory), bytes(node.allocatable.memory), node.usage?.memory_percent);
  }

  return sum;
}

function add(sum: Totals['cpu'], capacity: number, allocatable: number, percent: number | undefined): void {
  sum.capacity += capacity;
  sum.allocatable += allocatable;
  if (percent !== undefined) sum.used = (sum.used ?? 0) + (allocatable * percent) / 100;
}
