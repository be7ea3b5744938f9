import { request, type ApiProblem } from '../api/client';
import { nodesPath } from '../api/paths';
import type { Node } from '../api/types';
import type { Change } from '../api/changes';
import { noteAge } from './ages';
import { apply } from './changes';
import { prepareSearch } from './search';
import { feedProblem, watchCluster } from '../api/feed.svelte';

/** Changes are shown together, so that a busy cluster does not draw the table at each of them. In milliseconds. */
const pause = 250;

/** A large cluster is read in pages, between which the page draws and answers. The first one is small, so that something is shown soon. */
const firstPage = 256;
const laterPage = 2048;

const known = new Map<string, Node>();
let nodes = $state.raw<Node[] | null>(null);
let first = $state.raw<Node[] | null>(null);
let problem = $state.raw<ApiProblem | null>(null);
let waiting: Change[] | null = null;
let reading: Promise<void> | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let keepers = 0;
let stop: (() => void) | null = null;

export function allNodes(): Node[] | null {
  return nodes;
}

/** Some nodes, while all of a large cluster are read for the first time. */
export function firstNodes(): Node[] | null {
  return first;
}

/** Why the nodes are not up to date; what was read before is still there. */
export function nodesProblem(): ApiProblem | null {
  return problem ?? feedProblem();
}

/** Reads all nodes now. Concurrent callers share one request. */
export function refreshNodes(): Promise<void> {
  return (reading ??= readAll().finally(() => { reading = null; }));
}

/** Puts in what a change answered with, before the stream tells. */
export function takeNode(node: Node): void {
  const before = known.get(node.name);
  if (!before) return;
  known.set(node.name, { ...before, ...node });
  noteAge(node);
  show();
}

/** Keeps the nodes up to date while a page shows them. Returns how to stop. */
export function keepNodes(): () => void {
  keepers++;
  stop ??= watchCluster(change => {
    if (change.type === 'node' && change.node) noteAge(change.node);
    if (change.type === 'ready' || change.type === 'reset') void refreshNodes();
    else if (waiting) waiting.push(change);
    else {
      apply(known, change);
      timer ??= setTimeout(show, pause);
    }
  });
  return () => {
    keepers--;
    // The next page asks within the same tick.
    setTimeout(() => {
      if (keepers > 0) return;
      stop?.();
      stop = null;
    });
  };
}

async function readAll(): Promise<void> {
  waiting = [];
  try {
    const all: Node[] = [];
    for (let limit = firstPage, isMore = true; isMore; limit = laterPage) {
      const page = await request<Node[]>(`${nodesPath}?limit=${limit}&after=${encodeURIComponent(all.at(-1)?.name ?? '')}`);
      for (const node of page) {
        all.push(node);
        noteAge(node);
      }

      prepareSearch(page);
      isMore = page.length === limit;
      if (isMore && !nodes) first ??= page;
    }

    known.clear();
    for (const node of all) known.set(node.name, node);
    problem = null;
  } catch (failure) {
    problem = failure as ApiProblem;
  }

  for (const change of waiting) apply(known, change);
  waiting = null;
  first = null;
  if (!problem) show();
}

function show(): void {
  clearTimeout(timer);
  timer = undefined;
  nodes = [...known.values()];
}
