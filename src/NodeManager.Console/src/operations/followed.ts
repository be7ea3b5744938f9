import type { DrainResult, Operation, OperationEvent, Progress, SchedulerRestart } from '../api/types';

/** A drain or a restart as its events tell it. */
export interface Followed {
  progress: Progress[];
  messages: { sequence: number; text: string; kind: 'message' | 'warning' | 'failure'; action?: string }[];
  results: unknown[];
  state: Operation['state'];
}

export const nothingYet: Followed = { progress: [], messages: [], results: [], state: 'Running' };

const mostMessages = 200;

/** What is known after one more event. */
export function after(known: Followed, event: OperationEvent): Followed {
  if (event.progress) {
    const { progress } = event;
    return { ...known, progress: [...known.progress.filter(one => one.key !== progress.key), progress] };
  }

  if (event.failure) {
    const failure = { sequence: event.sequence, text: event.failure.message, kind: 'failure' as const };
    return { ...known, messages: withMessage(known, event.failure.action ? { ...failure, action: event.failure.action } : failure) };
  }

  if (event.type === 'result') return { ...known, results: [...known.results, event.result] };
  if (event.type === 'end') return { ...known, state: event.state ?? 'Succeeded' };
  if ((event.type === 'warning' || event.type === 'message' || event.type === 'dropped') && event.text)
    return { ...known, messages: withMessage(known, { sequence: event.sequence, text: event.text, kind: event.type === 'warning' ? 'warning' : 'message' }) };
  return known;
}

// Another server that continues a drain numbers its events itself, and reports those that are known again.
function withMessage(known: Followed, message: Followed['messages'][number]): Followed['messages'] {
  return [...known.messages.filter(one => one.sequence !== message.sequence && one.text !== message.text), message].slice(-mostMessages);
}

/** Whether an operation drains this node. Its target names the first nodes and the cluster: "worker-1, worker-2 in cluster 'prod'". */
export function drains(operation: Operation, node: string): boolean {
  return operation.kind === 'NodeDrain' && nodesOf(operation).includes(node);
}

/** The nodes that are drained now, each once: two operations may name the same node. */
export function drained(operations: readonly Operation[]): string[] {
  return [...new Set(operations.filter(one => one.kind === 'NodeDrain' && one.state === 'Running').flatMap(nodesOf))];
}

function nodesOf(operation: Operation): string[] {
  return operation.target.replace(/(?: and [\d,]+ more)? in cluster '.*$/, '').split(', ');
}

export function isDrainResult(value: unknown): value is DrainResult {
  return typeof value === 'object' && value !== null && 'pods_deleted' in value;
}

export function isRestart(value: unknown): value is SchedulerRestart {
  return typeof value === 'object' && value !== null && 'leader' in value;
}
