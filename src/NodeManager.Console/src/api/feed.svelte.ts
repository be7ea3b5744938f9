import { read, type Change } from './changes';
import type { ApiProblem } from './client';
import { follow, pauseAfter } from './events';

type Listener = (change: Change) => void;

const listeners = new Set<Listener>();
let stop: AbortController | null = null;
/** Whether the server has reported that changes from now on arrive. */
let isReady = false;
let failures = 0;
let connected = $state(true);
let problem = $state.raw<ApiProblem | null>(null);
let silentSince = $state<string | null>(null);
let current = $state<string | null>(null);

// The server reports the API server's last answer every 10 seconds.
const longestSilence = 35_000;

/** Whether changes arrive; true until the first attempt has failed. */
export function isLive(): boolean {
  return connected;
}

/** Why the server refuses the stream. */
export function feedProblem(): ApiProblem | null {
  return problem;
}

/** When the API server last answered, if it does not answer now: what is shown is of that time. */
export function apiSilentSince(): string | null {
  return silentSince;
}

/** Of when the shown data is: when the API server last answered. Null until the server has reported it. */
export function dataOf(): string | null {
  return current;
}

/** Hears what changes in the cluster, over one connection for all listeners. Returns how to stop. */
export function watchCluster(listener: Listener): () => void {
  listeners.add(listener);
  if (!stop) connect();
  if (isReady) listener({ type: 'ready' });
  else if (problem) listener({ type: 'reset' });
  return () => {
    listeners.delete(listener);
    // The next page asks within the same tick.
    setTimeout(() => {
      if (listeners.size > 0) return;
      stop?.abort();
      stop = null;
      isReady = false;
    });
  };
}

function connect(): void {
  const own = (stop = new AbortController());
  follow('/api/v1/events', event => {
    const change = read(event.type, event.data);
    if (change?.type === 'cluster') {
      silentSince = change.reachable ? null : change.since;
      current = change.since;
    }

    if (change?.type === 'ready') {
      isReady = true;
      problem = null;
      failures = 0;
    }

    if (change?.type === 'ready' || change?.type === 'reset') silentSince = null;
    if (change) for (const listener of listeners) listener(change);
  }, own.signal, value => { connected = value; }, longestSilence).catch((failure: unknown) => {
    if (stop !== own) return;
    // A proxy, or missing permissions: what is read without the stream is shown, and attempts continue.
    const isFirst = problem === null;
    problem = failure as ApiProblem;
    connected = isReady = false;
    if (isFirst) for (const listener of listeners) listener({ type: 'reset' });
    setTimeout(() => { if (stop === own) connect(); }, pauseAfter(++failures));
  });
}
