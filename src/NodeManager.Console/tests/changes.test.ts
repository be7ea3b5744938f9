import { describe, expect, it } from 'vitest';
import type { Node } from '../src/api/types';
import { read, type Change } from '../src/api/changes';
import { apply, changed } from '../src/nodes/changes';
import { addSample } from '../src/nodes/samples';

const node: Node = {
  name: 'a', version: 'v1.36.2', labels: {}, taints: [], status: { ready: true, phase: 'Ready', unschedulable: false }, capacity: { cpu: '1', memory: '1Gi' },
  allocatable: { cpu: '1', memory: '1Gi' }, usage: { cpu_percent: 10, memory_percent: 20 }, pods: 3, age: '1d',
};
const cordoned: Node = { ...node, status: { ...node.status, unschedulable: true } };

it.each([
  ['ready', '{}', { type: 'ready' }],
  ['reset', '{}', { type: 'reset' }],
  ['node', '{"type":"deleted","name":"a"}', { type: 'node', name: 'a' }],
  ['usage', '{"nodes":[{"name":"a","pods":4}]}', { type: 'usage', nodes: [{ name: 'a', pods: 4 }] }],
  ['other', '{}', null],
])('reads %s', (type, data, expected) => {
  expect(read(type, data)).toEqual(expected);
});

describe('apply', () => {
  it.each<[string, Change[], Node[]]>([
    ['adds', [{ type: 'node', name: 'b', node: { ...node, name: 'b' } }], [node, { ...node, name: 'b' }]],
    ['changes', [{ type: 'node', name: 'a', node: cordoned }], [cordoned]],
    ['removes', [{ type: 'node', name: 'a' }], []],
    ['takes load', [{ type: 'usage', nodes: [{ name: 'a', usage: { cpu_percent: 50 }, pods: 4 }, { name: 'none', pods: 1 }] }], [{ ...node, usage: { cpu_percent: 50 }, pods: 4 }]],
    ['ends with the latest', [{ type: 'node', name: 'a', node: cordoned }, { type: 'node', name: 'a', node }], [node]],
  ])('%s', (_, changes, expected) => {
    const nodes = new Map([['a', node]]);
    for (const change of changes) apply(nodes, change);
    expect([...nodes.values()]).toEqual(expected);
  });

  it('removes usage that is no longer reported', () => {
    const nodes = new Map([['a', node]]);
    apply(nodes, { type: 'usage', nodes: [{ name: 'a', pods: 2 }] });
    expect('usage' in nodes.get('a')!).toBe(false);
  });
});

it('follows one node', () => {
  expect(changed(node, 'a', { type: 'node', name: 'b', node: cordoned })).toBe(node);
  expect(changed(node, 'a', { type: 'node', name: 'a', node: cordoned })).toBe(cordoned);
  expect(changed(node, 'a', { type: 'node', name: 'a' })).toBeUndefined();
  expect(changed(node, 'a', { type: 'usage', nodes: [{ name: 'b', pods: 9 }] })).toBe(node);
});

it('keeps an hour of samples', () => {
  let samples = { times: [] as number[], cpu: [] as (number | null)[], memory: [] as (number | null)[] };
  for (let at = 0; at < 1000; at++) samples = addSample(samples, at, at === 999 ? undefined : 1, 2);
  expect([samples.times.length, samples.times[0], samples.cpu.at(-1), samples.memory.length]).toEqual([360, 640, null, 360]);
});
