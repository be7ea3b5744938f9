import { expect, it } from 'vitest';
import { entries, entryOf } from '../src/activity/activity';
import type { Activity, MaintenanceRun } from '../src/api/types';

const nodes = '/api/plugins/streamspace-node-manager/nodes';

function activity(what: string, given: Partial<Activity> = {}): Activity {
  return { at: '2026-11-24T12:00:00Z', who: 'ann', what, target: '', result: '200', operation: '', ...given };
}

it.each([
  [`POST ${nodes}/worker-1/cordon`, 'cordon', 'worker-1'],
  [`POST ${nodes}/worker-1/drain`, 'drain', 'worker-1'],
  [`PUT ${nodes}/worker-1/labels`, 'labelSet', 'worker-1'],
  [`POST ${nodes}/worker-1/taints`, 'taintSet', 'worker-1'],
  [`DELETE ${nodes}/worker-1/labels/example.com/rack`, 'labelRemoved', 'worker-1'],
  [`POST ${nodes}/changes`, 'changes', ''],
  [`POST ${nodes}/drain/rehearsal`, 'rehearsal', ''],
  ['POST /api/v1/plugins/ImageLocality/disable', 'scheduler', ''],
  ['POST /api/v1/maintenances', 'maintenance', ''],
  ['POST /api/v1/maintenances/20261124-abc/stop', 'maintenance.stop', '20261124-abc'],
  ['DELETE /api/v1/operations/17', 'cancel', '17'],
  ['POST /api/v1/agents/plans/p%201/approve', 'agent.approve', 'p 1'],
  ['PATCH /api/v1/nodepools/7', 'pool', '7'],
  ['SetTaint a:NoSchedule', 'SetTaint a:NoSchedule', ''],
])('%s', (what, action, target) => {
  expect(entryOf(activity(what))).toMatchObject({ what: action, target, tone: 'good' });
});

it.each([['204', 'good'], ['Changed', 'good'], ['Succeeded', 'good'], ['409', 'warn'], ['Cancelled', 'warn'], ['403', 'bad'], ['Failed', 'bad'], ['NodeNotFound', 'bad']])('a result of %s is %s', (result, tone) => {
  expect(entryOf(activity('x', { result })).tone).toBe(tone);
});

it('has the runs of the cluster among them, and of a node what concerns it', () => {
  const run = {
    id: 'r1', type: 'Maintenance', status: 'Completed', started_by: 'bob', started_at: '2026-11-24T11:00:00Z', ended_at: '2026-11-24T11:01:00Z', nodes: [{ node: 'a' }, { node: 'b' }],
  } as unknown as MaintenanceRun;
  const all = [activity('NodeDrain', { target: "b in cluster 'prod'", at: '2026-11-24T12:30:00Z' }), activity(`POST ${nodes}/bb/cordon`)];
  expect(entries(all, [run]).map(one => one.at.slice(11, 16))).toEqual(['12:30', '12:00', '11:00']);
  expect(entries(all, [run], 'b').map(one => [one.who, one.what, one.seconds])).toEqual([['ann', 'NodeDrain', undefined], ['bob', 'maintenance', 60]]);
});
