import { describe, expect, it } from 'vitest';
import type { Claim, MaintenancePlan, MaintenanceRun } from '../src/api/types';
import { claimTone, progress, sortClaims } from '../src/autoscaler/claims';
import { priceChange } from '../src/autoscaler/prices';
import { match } from '../src/frame/routes';
import { batches, timeline } from '../src/maintenance/runs';
import { addSample, afterHistory } from '../src/nodes/samples';

it.each([
  ['/admin/autoscaler', { page: 'autoscaler', tab: 'overview' }],
  ['/admin/autoscaler/claims', { page: 'autoscaler', tab: 'claims' }],
  ['/admin/autoscaler/none', { page: 'missing' }],
  ['/admin/maintenance', { page: 'maintenances' }],
  ['/admin/maintenance/20261121-120000-abcd', { page: 'maintenance', id: '20261121-120000-abcd' }],
  ['/admin/maintenance/a/b', { page: 'missing' }],
  ['/admin/alerts', { page: 'alerts' }],
  ['/admin/agents', { page: 'agents' }],
  ['/admin/agents/x', { page: 'missing' }],
])('%s', (path, route) => expect(match(path)).toEqual(route));

function claim(status: Claim['status'], reached: string[], name = 'a'): Claim {
  return {
    name, uid: name, pool: 'p', status, reason: '', message: '', node: '', machine: '', provider: '', zone: '', shape: '', cpu_cores: 2, memory_bytes: 1, attempts: 1,
    conditions: reached.map(type => ({ type, status: 'True', reason: '', message: '' })),
  };
}

describe('progress of a claim', () => {
  it.each<[Claim['status'], string[], string[]]>([
    ['Pending', [], ['now', 'open', 'open', 'open']],
    ['Launched', ['Launched'], ['done', 'now', 'open', 'open']],
    ['Ready', ['Launched', 'Registered', 'Initialized', 'Ready'], ['done', 'done', 'done', 'done']],
    ['Failed', ['Launched', 'Failed'], ['done', 'failed', 'open', 'open']],
    ['Terminating', ['Launched', 'Registered'], ['done', 'done', 'open', 'open']],
  ])('%s after %j', (status, reached, expected) => expect(progress(claim(status, reached)).map(one => one.state)).toEqual(expected));

  it('lists claims in progress first', () => {
    expect(sortClaims([claim('Ready', [], 'r'), claim('Failed', [], 'f'), claim('Launched', [], 'l')]).map(one => one.name)).toEqual(['l', 'f', 'r']);
    expect(claimTone('Terminating')).toBe('warn');
  });
});

it('lists excluded nodes after the batches', () => {
  const node = (batch: number, name: string) => ({ batch, node: name, group: '', pods: 0, obstacles: [], stranded: [], note: '' });
  const plan: MaintenancePlan = { warnings: [], nodes: [node(0, 'x'), node(2, 'c'), node(1, 'a'), node(1, 'b')] };
  expect(batches(plan).map(one => [one.batch, one.nodes.map(inner => inner.node)])).toEqual([[1, ['a', 'b']], [2, ['c']], [0, ['x']]]);
});

describe('timeline', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 12, 0, second)).toISOString();
  const run = (ended?: string) => ({
    status: ended ? 'Completed' : 'Running', started_at: at(0), ...(ended ? { ended_at: ended } : {}),
    nodes: [
      { node: 'a', steps: [{ name: 'Cordon', started_at: at(0), ended_at: at(0) }, { name: 'Drain', started_at: at(0), ended_at: at(5) }, { name: 'Ready', started_at: at(5) }] },
      { node: 'b', steps: [] },
    ],
  }) as unknown as MaintenanceRun;

  it('shows the steps of a completed run in proportion, and short steps with a visible width', () => {
    const [a] = timeline(run(at(10)), 0);
    expect(a!.bars.map(bar => [bar.name, bar.from, bar.width, bar.open])).toEqual([['Cordon', 0, 0.4, false], ['Drain', 0, 50, false], ['Ready', 50, 50, true]]);
  });

  it('ends now during a run, without nodes that have not started', () => {
    const rows = timeline(run(), Date.parse(at(20)));
    expect(rows.map(row => row.node)).toEqual(['a']);
    expect(rows[0]!.bars[1]!.width).toBe(25);
  });

  it('ends with the last step of a stopped run', () => {
    const [a] = timeline({ ...run(), status: 'Stopped' }, Date.parse(at(50)));
    expect(a!.bars[1]!.width).toBe(100);
  });
});

describe('usage from before the page was opened', () => {
  const at = Date.parse('2026-11-21T12:00:00Z') / 1000;
  const history = [{ at: '2026-11-21T11:59:30Z', cpu_percent: 10, memory_percent: 20 }, { at: '2026-11-21T12:00:00Z', cpu_percent: 12 }];

  it('comes first, and samples of both sources are shown once', () => {
    const seen = addSample(addSample({ times: [], cpu: [], memory: [] }, at - 5, 11, 21), at + 30, 14, 24);
    expect(afterHistory(history, seen)).toEqual({ times: [at - 30, at, at + 30], cpu: [10, 12, 14], memory: [20, null, 24] });
  });

  it('can be missing', () => {
    const seen = addSample({ times: [], cpu: [], memory: [] }, at, 1, 2);
    expect(afterHistory([], seen)).toEqual(seen);
    expect(afterHistory(history, { times: [at - 60], cpu: [1], memory: [1] }).times).toEqual([at - 30, at]);
  });
});

it.each([[0.0416, 'EUR', '+0.0416 EUR'], [-1.25, undefined, '-1.25'], [0, 'EUR', '0 EUR']])('shows %s %s as %j', (change, currency, expected) => expect(priceChange(change, currency)).toBe(expected));
