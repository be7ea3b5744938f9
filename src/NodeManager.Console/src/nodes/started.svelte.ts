import type { Operation } from '../api/types';

let operations = $state.raw<Operation[]>([]);

/** The drains of several nodes that this page has started, the latest first. */
export function startedDrains(): Operation[] {
  return operations;
}

export function startedDrain(operation: Operation): void {
  operations = [operation, ...operations.filter(one => one.id !== operation.id)].slice(0, 5);
}

export function dismissDrain(id: string): void {
  operations = operations.filter(one => one.id !== id);
}
