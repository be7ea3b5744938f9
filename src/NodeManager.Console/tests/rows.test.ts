import { describe, expect, it } from 'vitest';
import type { Node } from '../src/api/types';
import { ageOf, ageText, noteAge } from '../src/nodes/ages';
import { bytes, formatBytes, totals } from '../src/nodes/amounts';
import { columns, columnsOf, orderOf, sort, textOfOrder } from '../src/nodes/columns';
import { rolesOf, seconds } from '../src/nodes/rows';
import { search, withField } from '../src/nodes/search';
import { takeSlots } from '../src/nodes/slots';
import { visible } from '../src/nodes/visible';

function node(name: string, { cpu, ...given }: Partial<Node> & { cpu?: number } = {}): Node {
  return {
    name, labels: {}, taints: [], status: { ready: true, phase: 'Ready', unschedulable: false }, capacity: { cpu: '4', memory: '16Gi' },
    allocatable: { cpu: '3.5', memory: '15Gi' }, pods: 3, age: '5d', version: 'v1.36.2', ...(cpu === undefined ? {} : { usage: { cpu_percent: cpu, memory_percent: 50 } }), ...given,
  };
}

const fleet = [
  node('worker-10', { cpu: 20, zone: 'eu-1a', pool: 'general', version: 'v1.36.2', address: '10.0.0.10', labels: { 'topology.kubernetes.io/zone': 'eu-1a', 'node-role.kubernetes.io/worker': '' } }),
  node('worker-2', { cpu: 90, zone: 'eu-1b', pool: 'gpu', version: 'v1.35.9', pods: 60, instance_type: 'g5.xlarge', labels: { 'topology.kubernetes.io/zone': 'eu-1b' }, taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }] }),
  node('control-1', { status: { ready: false, phase: 'NotReady', unschedulable: true }, version: 'v1.36.0', labels: { 'node-role.kubernetes.io/control-plane': '' }, age: '74d' }),
];

describe('search', () => {
  it.each([
    ['', ['worker-10', 'worker-2', 'control-1']],
    ['worker', ['worker-10', 'worker-2']],
    ['WORKER er-2', ['worker-2']],
    ['"er-2"', ['worker-2']],
    ['-worker', ['control-1']],
    ['worker -', ['worker-10', 'worker-2']],
    ['topology.kubernetes.io/zone=eu-1a', ['worker-10']],
    ['topology.kubernetes.io/zone=', ['worker-10', 'worker-2']],
    ['!topology.kubernetes.io/zone=', ['control-1']],
    ['topology.kubernetes.io/zone=c', []],
    ['control-plane', ['control-1']],
    ['dedicated', ['worker-2']],
    ['eu-1b', ['worker-2']],
    ['10.0.0.10', ['worker-10']],
    ['zone:1b', ['worker-2']],
    ['zone:', ['worker-10', 'worker-2']],
    ['-zone:', ['control-1']],
    ['pool:=gpu', ['worker-2']],
    ['pool:=gp', []],
    ['type:g5', ['worker-2']],
    ['role:worker', ['worker-10']],
    ['taint:gpu:noschedule', ['worker-2']],
    ['version:<1.36', ['worker-2']],
    ['version:1.36', ['worker-10', 'control-1']],
    ['version:<=1.36', ['worker-10', 'worker-2', 'control-1']],
    ['version:>1.36', []],
    ['version:>=v1.36.1', ['worker-10']],
    ['status:notready', ['control-1']],
    ['status:cordoned worker', []],
    ['status:nonsense', []],
    ['-status:ready', ['control-1']],
    ['cpu:>80', ['worker-2']],
    ['cpu:>=20 cpu:<90', ['worker-10']],
    ['-cpu:>80', ['worker-10', 'control-1']],
    ['pods:60', ['worker-2']],
    ['age:>30d', ['control-1']],
    ['age:soon', []],
  ])('%j', (text, names) => {
    expect(fleet.filter(search(text)).map(one => one.name)).toEqual(names);
  });

  it('is narrowed by a field, whose former value goes', () => {
    expect(withField('worker status:ready', 'status', 'cordoned')).toBe('worker status:cordoned');
    expect(withField('', 'zone', 'a b')).toBe('zone:"a b"');
  });
});

describe('sort', () => {
  it.each<[string, boolean, string[]]>([
    ['name', false, ['control-1', 'worker-2', 'worker-10']],
    ['name', true, ['worker-10', 'worker-2', 'control-1']],
    ['cpu', true, ['worker-2', 'worker-10', 'control-1']],
    ['cpu', false, ['worker-10', 'worker-2', 'control-1']],
    ['status', false, ['control-1', 'worker-2', 'worker-10']],
    ['zone', false, ['worker-10', 'worker-2', 'control-1']],
    ['zone', true, ['worker-2', 'worker-10', 'control-1']],
    ['no-such-column', false, ['control-1', 'worker-2', 'worker-10']],
    ['age', true, ['control-1', 'worker-2', 'worker-10']],
  ])('by %s, descending %s', (key, descending, names) => {
    expect(sort(fleet, { key, descending }).map(one => one.name)).toEqual(names);
  });

  it('does not change its input', () => {
    const before = fleet.map(one => one.name);
    sort(fleet, { key: 'name', descending: true });
    expect(fleet.map(one => one.name)).toEqual(before);
  });

  it.each([['', 'name', false], ['-cpu', 'cpu', true], ['cpu', 'cpu', false], ['-name', 'name', true], ['other', 'name', false]])('is read from the address %j', (text, key, descending) => {
    const order = orderOf(text);
    expect(order).toEqual({ key, descending });
    if (text !== 'other') expect(textOfOrder(order)).toBe(text);
  });
});

it('has the columns of the address in their order, without unknown ones', () => {
  expect(columnsOf(['zone', 'x', 'cpu']).map(one => one.id)).toEqual(['zone', 'cpu']);
  expect(new Set(columns.map(one => one.id)).size).toBe(columns.length);
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
  expect(totals(fleet)).toMatchObject({ nodes: 3, ready: 2, notReady: 1, unknown: 0, cordoned: 1, pods: 66, cpu: { capacity: 12, allocatable: 10.5 } });
  expect(totals(fleet).cpu.used).toBeCloseTo(3.5 * 1.1);
  expect(totals([]).memory.used).toBeUndefined();
  expect(totals(fleet.slice(1), totals(fleet.slice(0, 1)))).toEqual(totals(fleet));
});

describe('visible', () => {
  it.each([[0, 300], [5000, 300], [5000, -120_000], [5000, -245_000], [5000, 10_000], [3, -900]])('of %s rows from %s on', (count, top) => {
    const shown = visible(count, 32, top, 800, 12);
    expect(shown.before + (shown.end - shown.first) * 32 + shown.after).toBe(count * 32);
    expect(shown.end - shown.first).toBeLessThanOrEqual(800 / 32 + 26);
    for (let row = 0; row < count; row++) {
      const y = top + row * 32;
      if (y < 800 && y + 32 > 0) expect(row >= shown.first && row < shown.end).toBe(true);
    }
  });
});

describe('takeSlots', () => {
  const before = new Map([['a', 0], ['b', 1], ['c', 2]]);
  it.each<[string, string[], string | undefined, [string, number][]]>([
    ['rows that stay keep theirs', ['c', 'a'], undefined, [['c', 2], ['a', 0]]],
    ['others take the free ones in their order', ['x', 'b', 'y'], undefined, [['x', 0], ['b', 1], ['y', 2]]],
    ['more rows get new ones', ['a', 'b', 'c', 'd', 'e'], undefined, [['a', 0], ['b', 1], ['c', 2], ['d', 3], ['e', 4]]],
    ['no other row takes the slot with the focus', ['x', 'y', 'z'], 'b', [['x', 0], ['y', 2], ['z', 3]]],
    ['no rows', [], undefined, []],
  ])('%s', (_, names, kept, slots) => expect([...takeSlots(before, names, kept)]).toEqual(slots));
});

describe('ages', () => {
  it('grow after the server has written them', () => {
    const young = node('young', { age: '0.7s' });
    noteAge(young, 1_000_000);
    // Loads replace the object, without a new age.
    expect([1_000_000, 1_600_000].map(now => ageOf({ ...young, pods: 4 }, now))).toEqual(['0.7s', '10m']);
    expect(ageOf(node('other', { age: '0.7s' }), 1_600_000)).toBe('0.7s');
  });

  it('that are written alike are sorted by name, whenever they were received', () => {
    const [first, second] = [node('a', { age: '214d' }), node('b', { age: '214d' })];
    noteAge(first, Date.now() - 1_800_000);
    noteAge(second);
    expect(sort([second, first], orderOf('age')).map(one => one.name)).toEqual(['a', 'b']);
  });

  it.each([
    [0, '0s'], [0.52, '0.5s'], [59, '59s'], [60, '1m'], [330, '5m30s'], [660, '11m'], [12_000, '3h20m'], [90_000, '1d1h'],
    [442_800, '5d3h'], [6_400_000, '74d'], [72_000_000, '2y103d'],
  ])('%d s are written as %s', (age, text) => {
    expect(ageText(age)).toBe(text);
  });
});
