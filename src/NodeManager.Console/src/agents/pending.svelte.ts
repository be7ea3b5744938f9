import { request } from '../api/client';
import { watchCluster } from '../api/feed.svelte';
import type { AgentPlan } from '../api/types';

let count = $state(0);
let asked = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** How many plans of agents wait for a person. */
export function pendingPlans(): number {
  return count;
}

/** Keeps the number known: the server reports each change, and a plan that nobody decides expires. Returns how to stop. */
export function keepPlans(): () => void {
  const stop = watchCluster(change => {
    if (change.type === 'ready' || change.type === 'reset' || change.type === 'plans') void read();
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}

async function read(): Promise<void> {
  const turn = ++asked;
  try {
    const pending = (await request<AgentPlan[]>('/api/v1/agents/plans')).filter(one => one.status === 'Pending');
    if (turn !== asked) return;
    count = pending.length;
    clearTimeout(timer);
    if (pending.length > 0) timer = setTimeout(() => void read(), Math.max(1000, Math.min(...pending.map(one => Date.parse(one.expires_at))) - Date.now()));
  } catch {
    // Callers who may not read the plans see no number.
    if (turn === asked) count = 0;
  }
}
