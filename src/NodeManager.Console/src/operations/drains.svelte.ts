import { request } from '../api/client';
import { watchCluster } from '../api/feed.svelte';
import { operationsPath } from '../api/paths';
import type { Node, Operation } from '../api/types';
import { drained, drains } from './followed';

let operations = $state.raw<Operation[]>([]);
let asked = 0;

/** The nodes that are drained now. */
export function drainedNodes(): string[] {
  return drained(operations);
}

/** The drain of this node that runs now, whoever started it. */
export function runningDrain(node: Node): Operation | undefined {
  return operations.find(one => one.state === 'Running' && (one.id === node.operation?.id || drains(one, node.name)));
}

/** The operation with its current state. */
export function latest(operation: Operation): Operation {
  return operations.find(one => one.id === operation.id) ?? operation;
}

/** Keeps the running drains known while a page shows them: the server reports each operation that starts or ends. Returns how to stop. */
export function keepDrains(): () => void {
  return watchCluster(change => {
    if (change.type === 'ready' || change.type === 'reset' || change.type === 'operation') void read();
  });
}

async function read(): Promise<void> {
  const turn = ++asked;
  try {
    const all = await request<Operation[]>(operationsPath);
    if (turn === asked) operations = all;
  } catch {
    // The page says what is wrong; the server refuses a second drain of a node.
  }
}
