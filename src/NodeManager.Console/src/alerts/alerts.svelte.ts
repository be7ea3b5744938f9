import { request, type ApiProblem } from '../api/client';
import { watchCluster } from '../api/feed.svelte';
import type { Alert, Alerts } from '../api/types';
import { after, open } from './alerts';

/** Between two reads, in milliseconds. */
const pause = 1000;

let known = $state.raw<Alerts | null>(null);
let problem = $state.raw<ApiProblem | null>(null);
/** Alerts of the stream since the last list was read. */
const reported: Alert[] = [];
let isReading = false;
let isStale = false;
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

/** Reads the alerts: now, or a pause after the read in progress, since a storm of alerts makes each page read. */
export function refreshAlerts(): void {
  isStale = true;
  if (!isReading) void readAll();
}

/** Keeps the alerts up to date. Returns how to stop. */
export function keepAlerts(): () => void {
  return watchCluster(change => {
    if (change.type === 'alert') reported.push(change.alert);
    if (change.type === 'alert' || change.type === 'ready' || change.type === 'reset') refreshAlerts();
  });
}

// The stream names no pods: the alert as it reports it is used only if the list cannot be read.
async function readAll(): Promise<void> {
  isReading = true;
  while (isStale) {
    isStale = false;
    const before = reported.length;
    try {
      known = await request<Alerts>('/api/v1/alerts');
      problem = null;
      reported.splice(0, before);
    } catch (failure) {
      problem = failure as ApiProblem;
      for (const alert of reported.splice(0)) take(alert);
    }

    await new Promise(done => setTimeout(done, pause));
  }

  isReading = false;
}

function take(alert: Alert): void {
  if (known) known = { ...known, monitoring: true, alerts: after(known.alerts, alert) };
}
