import type { Node } from '../api/types';

const binary: Record<string, number> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 };
// Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
const suffixes: Record<string, number> = { ...binary, '': 1, n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 };

/** Bytes of a Kubernetes quantity: 31Gi, 30.1Gi, 1Ei, 128974848, 129e6, 129M, 3800m. Zero for anything else. */
export function bytes(text: string): number {
  const parts = /^(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d+)|\s*([KMGTPE]i|[numkMGTPE])?B?)$/.exec(text);
  if (!parts) return 0;
  return Number(parts[1]) * (parts[2] === undefined ? suffixes[parts[3] ?? '']! : 10 ** Number(parts[2]));
}

/** With a binary unit and one decimal. */
export function formatBytes(value: number): string {
  for (const unit of ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki']) {
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

const nothing: Totals = {
  nodes: 0, ready: 0, notReady: 0, unknown: 0, cordoned: 0, pods: 0,
  cpu: { capacity: 0, allocatable: 0, used: undefined }, memory: { capacity: 0, allocatable: 0, used: undefined },
};

/**
 * What the two widgets show. Usage is that of the nodes that report it, by their allocatable amounts.
 * @param before The sum of other nodes, to which these are added.
 */
export function totals(nodes: readonly Node[], before: Totals = nothing): Totals {
  const sum: Totals = { ...before, nodes: before.nodes + nodes.length, cpu: { ...before.cpu }, memory: { ...before.memory } };
  // Many nodes have the same amounts.
  const known = new Map<string, number>();
  const memory = (text: string) => {
    let value = known.get(text);
    if (value === undefined) known.set(text, (value = bytes(text)));
    return value;
  };
  for (const node of nodes) {
    if (node.status.phase === 'Ready') sum.ready++;
    else if (node.status.phase === 'NotReady') sum.notReady++;
    else sum.unknown++;
    if (node.status.unschedulable) sum.cordoned++;
    sum.pods += node.pods ?? 0;
    add(sum.cpu, Number(node.capacity.cpu), Number(node.allocatable.cpu), node.usage?.cpu_percent);
    add(sum.memory, memory(node.capacity.memory), memory(node.allocatable.memory), node.usage?.memory_percent);
  }

  return sum;
}

function add(sum: Totals['cpu'], capacity: number, allocatable: number, percent: number | undefined): void {
  sum.capacity += capacity;
  sum.allocatable += allocatable;
  if (percent !== undefined) sum.used = (sum.used ?? 0) + (allocatable * percent) / 100;
}
