import { request, type ApiProblem } from '../api/client';
import { watchCluster } from '../api/feed.svelte';
import type { Alert, Alerts } from '../api/types';
import { after, open } from './alerts';

let known = $state.raw<Alerts | null>(null);
let problem = $state.raw<ApiProblem | null>(null);
let waiting: Alert[] | null = null;
const count = $derived(known ? open(known.alerts).filter(one => one.silence === undefined).length : 0);

export function allAlerts(): Alerts | null {
  return known;
}

/** How many open alerts no silence covers. */
export function openAlerts(): number {
  return count;
}

/** Why the alerts are not up to date; what was read before is still there. */
export function alertsProblem(): ApiProblem | null {
  return problem;
}

export async function refreshAlerts(): Promise<void> {
  waiting = [];
  try {
    known = await request<Alerts>('/api/v1/alerts');
    problem = null;
  } catch (failure) {
    problem = failure as ApiProblem;
  }

  // What was told while the list was read.
  for (const alert of waiting) take(alert);
  waiting = null;
}

/** Keeps the alerts up to date. Returns how to stop. */
export function keepAlerts(): () => void {
  return watchCluster(change => {
    if (change.type === 'ready' || change.type === 'reset') void refreshAlerts();
    else if (change.type === 'alert') {
      if (waiting) waiting.push(change.alert);
      else take(change.alert);
    }
  });
}

function take(alert: Alert): void {
  if (known) known = { ...known, monitoring: true, alerts: after(known.alerts, alert) };
}
