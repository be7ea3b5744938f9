import type { MaintenanceNode, MaintenancePlan, MaintenanceRun } from '../api/types';

export const maintenancesPath = '/api/v1/maintenances';

type Tone = 'good' | 'warn' | 'bad' | 'none';

export function runTone(status: MaintenanceRun['status']): Tone {
  switch (status) {
    case 'Completed': return 'good';
    case 'Failed': return 'bad';
    case 'Running': return 'none';
    default: return 'warn';
  }
}

export function nodeTone(status: MaintenanceNode['status']): Tone {
  switch (status) {
    case 'Completed': return 'good';
    case 'Failed': return 'bad';
    case 'InProgress': return 'warn';
    default: return 'none';
  }
}

/** The batches of a plan, in their order; nodes that are left out (batch 0) last. */
export function batches(plan: MaintenancePlan): { batch: number; nodes: MaintenancePlan['nodes'] }[] {
  const all = new Map<number, MaintenancePlan['nodes']>();
  for (const node of plan.nodes) all.set(node.batch, [...(all.get(node.batch) ?? []), node]);
  return [...all].map(([batch, nodes]) => ({ batch, nodes })).sort((a, b) => (a.batch || Infinity) - (b.batch || Infinity));
}

export interface Bar { name: string; from: number; width: number; open: boolean }

/**
 * Each node's steps on one axis from 0 to 100, the start of the run to its end or now. A step is at least as wide as can be seen.
 * @param run the run
 * @param now in milliseconds
 */
export function timeline(run: MaintenanceRun, now: number): { node: string; bars: Bar[] }[] {
  const start = Date.parse(run.started_at);
  // Nothing goes on in a run that was stopped, though it is not over.
  const last = Math.max(start, ...run.nodes.flatMap(node => node.steps.flatMap(step => [Date.parse(step.started_at), Date.parse(step.ended_at ?? step.started_at)])));
  const end = Math.max(start + 1000, run.ended_at ? Date.parse(run.ended_at) : run.status === 'Running' ? now : last);
  const at = (time: number) => Math.min(100, Math.max(0, ((time - start) / Math.max(1, end - start)) * 100));
  return run.nodes.filter(node => node.steps.length > 0).map(node => ({
    node: node.node,
    bars: node.steps.map(step => {
      const from = at(Date.parse(step.started_at));
      const to = at(step.ended_at ? Date.parse(step.ended_at) : end);
      const width = Math.max(0.4, to - from);
      return { name: step.name, from: Math.min(from, 100 - width), width, open: step.ended_at === undefined };
    }),
  }));
}
