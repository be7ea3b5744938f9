import { describe, expect, it } from 'vitest';
import type { Node } from '../src/api/types';
import { bytes, formatBytes, totals } from '../src/nodes/amounts';
import { rolesOf, seconds, select, sort, type SortKey } from '../src/nodes/rows';
import { visible } from '../src/nodes/visible';

function node(name: string, given: Partial<Node> & { cpu?: number } = {}): Node {
  return {
    name, labels: {}, taints: [], status: { ready: true, phase: 'Ready', unschedulable: false }, capacity: { cpu: '4', memory: '16Gi' },
    allocatable: { cpu: '3.5', memory: '15Gi' }, pods: 3, age: '5d', ...(given.cpu === undefined ? {} : { usage: { cpu_percent: given.cpu, memory_percent: 50 } }), ...given,
  };
}

const fleet = [
  node('worker-10', { cpu: 20, labels: { 'topology.kubernetes.io/zone': 'a', 'node-role.kubernetes.io/worker': '' } }),
  node('worker-2', { cpu: 90, labels: { 'topology.kubernetes.io/zone': 'b' }, taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }] }),
  node('control-1', { status: { ready: false, phase: 'NotReady', unschedulable: true }, labels: { 'node-role.kubernetes.io/control-plane': '' }, age: '74d' }),
];

describe('select', () => {
  it.each([
    ['', 'all', ['worker-10', 'worker-2', 'control-1']],
    ['worker', 'all', ['worker-10', 'worker-2']],
    ['WORKER -2', 'all', ['worker-2']],
    ['topology.kubernetes.io/zone=a', 'all', ['worker-10']],
    ['topology.kubernetes.io/zone=', 'all', ['worker-10', 'worker-2']],
    ['topology.kubernetes.io/zone=c', 'all', []],
    ['control-plane', 'all', ['control-1']],
    ['dedicated', 'all', ['worker-2']],
    ['', 'ready', ['worker-10', 'worker-2']],
    ['', 'notReady', ['control-1']],
    ['', 'cordoned', ['control-1']],
    ['worker', 'cordoned', []],
  ] as const)('%j with %s', (text, status, names) => {
    expect(select(fleet, text, status).map(one => one.name)).toEqual(names);
  });
});

describe('sort', () => {
  it.each<[SortKey, boolean, string[]]>([
    ['name', false, ['control-1', 'worker-2', 'worker-10']],
    ['name', true, ['worker-10', 'worker-2', 'control-1']],
    ['cpu', true, ['worker-2', 'worker-10', 'control-1']],
    ['cpu', false, ['worker-10', 'worker-2', 'control-1']],
    ['status', false, ['control-1', 'worker-2', 'worker-10']],
    ['age', true, ['control-1', 'worker-2', 'worker-10']],
  ])('by %s, descending %s', (key, descending, names) => {
    expect(sort(fleet, { key, descending }).map(one => one.name)).toEqual(names);
  });

  it('does not change its input', () => {
    const before = fleet.map(one => one.name);
    sort(fleet, { key: 'name', descending: true });
    expect(fleet.map(one => one.name)).toEqual(before);
  });
});

it.each([['5d3h', 442_800], ['90s', 90], ['0.5s', 0.5], ['1.5h', 5400], ['0s', 0], ['74d', 6_393_600], ['2y10d', 63_936_000], ['', undefined], ['new', undefined]])('an age of %j is %s seconds', (text, expected) => {
  expect(seconds(text)).toBe(expected);
});

it('finds roles in both labels', () => {
  expect(rolesOf(node('x', { labels: { 'node-role.kubernetes.io/worker': '', 'kubernetes.io/role': 'agent' } }))).toEqual(['agent', 'worker']);
});

it.each([['16Gi', 17_179_869_184], ['30.1Gi', 32_319_628_902.4], ['512Mi', 536_870_912], ['100', 100], ['1Ei', 2 ** 60], ['1.5Pi', 1.5 * 2 ** 50], ['129e6', 129e6], ['1E', 1e18], ['129M', 129e6], ['3800m', 3.8], ['5k', 5000], ['?', 0], ['1.2.3', 0]])('%s are %s bytes', (text, expected) => {
  expect(bytes(text)).toBeCloseTo(expected, 0);
});

it.each([[17_179_869_184, '16 GiB'], [1536, '1.5 KiB'], [12, '12 B'], [2 ** 60, '1 EiB']])('%s bytes are written %s', (value, expected) => {
  expect(formatBytes(value)).toBe(expected);
});

it('adds up nodes, with the usage of those that report it', () => {
  expect(totals(fleet)).toMatchObject({ nodes: 3, ready: 2, notReady: 1, unknown: 0, cordoned: 1, pods: 9, cpu: { capacity: 12, allocatable: 10.5 } });
  expect(totals(fleet).cpu.used).toBeCloseTo(3.5 * 1.1);
  expect(totals([]).memory.used).toBeUndefined();
});

describe('visible', () => {
  it.each([[0, 300], [5000, 300], [5000, -120_000], [5000, -245_000], [5000, 10_000], [3, -900]])('of %s rows from %s on', (count, top) => {
    const shown = visible(count, 49, top, 800);
    expect(shown.before + (shown.end - shown.first) * 49 + shown.after).toBe(count * 49);
    expect(shown.end - shown.first).toBeLessThanOrEqual(800 / 49 + 26);
    for (let row = 0; row < count; row++) {
      const y = top + row * 49;
      if (y < 800 && y + 49 > 0) expect(row >= shown.first && row < shown.end).toBe(true);
    }
  });
});
