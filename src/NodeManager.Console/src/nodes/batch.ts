import { request } from '../api/client';
import { nodesPath } from '../api/paths';
import type { BatchNodeResult, DrainPlan } from '../api/types';

export type BatchKind = 'Cordon' | 'Uncordon' | 'SetLabel' | 'RemoveLabel' | 'SetTaint' | 'RemoveTaint';

/** One change of several nodes. */
export interface BatchChange { change: BatchKind; key?: string; value?: string; effect?: string }

/** What the change would do to each node. */
export async function previewChange(names: readonly string[], change: BatchChange): Promise<BatchNodeResult[]> {
  return send({ ...change, nodes: names.map(name => ({ name })), dry_run: true });
}

/** Makes the change where the preview says that it has an effect. A node whose value is another one now is not changed. */
export async function makeChange(preview: readonly BatchNodeResult[], change: BatchChange): Promise<BatchNodeResult[]> {
  const nodes = preview.filter(one => one.outcome === 'Changed').map(({ name, before }) => ({ name, seen: before === undefined ? {} : { value: before } }));
  return send({ ...change, nodes });
}

async function send(body: object): Promise<BatchNodeResult[]> {
  return (await request<{ nodes: BatchNodeResult[] }>(`${nodesPath}/changes`, { method: 'POST', body })).nodes;
}

export interface DrainTotals { evicted: number; waiting: number; stranded: number; refused: number; stuck: number }

/** What a drain of several nodes means as a whole. */
export function drainTotals(plans: readonly DrainPlan[]): DrainTotals {
  const evicted = plans.flatMap(plan => plan.pods.filter(pod => pod.decision === 'Evict'));
  return {
    evicted: evicted.length,
    waiting: evicted.filter(pod => pod.blocked_by_budget).length,
    stranded: evicted.filter(pod => pod.fits_elsewhere === 'No').length,
    refused: plans.filter(plan => plan.status === 'Refused').length,
    stuck: plans.filter(plan => plan.status === 'WillNotFinish').length,
  };
}
