import { ApiProblem, request } from '../api/client';
import { nodesPath } from '../api/paths';
import type { Node } from '../api/types';

const interval = 10_000;

let nodes = $state.raw<Node[] | null>(null);
let problem = $state.raw<ApiProblem | null>(null);
let users = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let reading: Promise<void> | null = null;

export function allNodes(): Node[] | null {
  return nodes;
}

/** Why the nodes could not be read last; what was read before is still there. */
export function nodesProblem(): ApiProblem | null {
  return problem;
}

/** Reads all nodes now. Concurrent callers share one request. */
export function refreshNodes(): Promise<void> {
  return (reading ??= read().finally(() => { reading = null; }));
}

/** Puts in what a change answered with. */
export function takeNode(changed: Node): void {
  if (nodes) nodes = nodes.map(node => (node.name === changed.name ? { ...node, ...changed } : node));
}

/** Keeps the nodes up to date while a page shows them. Returns how to stop. */
export function keepNodes(): () => void {
  if (++users === 1) {
    void refreshNodes();
    plan();
    document.addEventListener('visibilitychange', shown);
  }

  return () => {
    if (--users > 0) return;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', shown);
  };
}

function shown(): void {
  if (document.visibilityState === 'visible') void refreshNodes();
}

// Nobody looks at a hidden page.
function plan(): void {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    if (document.visibilityState === 'visible') await refreshNodes();
    if (users > 0) plan();
  }, interval);
}

async function read(): Promise<void> {
  try {
    nodes = await request<Node[]>(nodesPath);
    problem = null;
  } catch (failure) {
    problem = failure as ApiProblem;
  }
}
