import { describe, expect, it } from 'vitest';
import { remedyOf } from '../src/alerts/remedies';
import { listOf, silenceOf } from '../src/alerts/silences';
import type { Alert } from '../src/api/types';
import { textOf, valueAt, valueOf, withValue, type Field } from '../src/parts/fields';
import { newSpec, pathOf, specFields } from '../src/pools/specFields';

const field = (type: Field['type']): Field => ({ path: 'a.b', type });

describe('fields of objects', () => {
  it.each([
    ['number', '3', 3], ['number', '1.5', 1.5], ['number', 'three', null], ['list', 'a, b', ['a', 'b']], ['lines', 'a b\n\nc', ['a b', 'c']],
    ['map', 'a=b, c=', { a: 'b', c: '' }], ['map', 'a', null], ['taints', 'a=b:NoSchedule, c:NoExecute', [{ key: 'a', value: 'b', effect: 'NoSchedule' }, { key: 'c', effect: 'NoExecute' }]],
    ['taints', 'a:Never', null], ['text', ' x ', 'x'], ['text', ' ', undefined],
  ] as const)('reads %s %s', (type, text, value) => expect(valueOf(field(type), text)).toEqual(value));

  it.each([['map', { a: 'b', c: 'd' }], ['taints', [{ key: 'a', value: 'b', effect: 'NoSchedule' }]], ['list', ['a', 'b']], ['number', 3]] as const)(
    'reads what it shows of %s', (type, value) => expect(valueOf(field(type), textOf(field(type), value))).toEqual(value),
  );

  it('changes one field of a copy, and leaves no empty object', () => {
    const before = { a: { b: 1, c: 2 }, d: 3 };
    expect(withValue(before, 'a.b', 5)).toEqual({ a: { b: 5, c: 2 }, d: 3 });
    expect(withValue({ a: { b: 1 } }, 'a.b', undefined)).toEqual({});
    expect(withValue({}, 'x.y.z', true)).toEqual({ x: { y: { z: true } } });
    expect(before).toEqual({ a: { b: 1, c: 2 }, d: 3 });
    expect(valueAt(before, 'a.b.c')).toBeUndefined();
  });

  it('has the fields of the platform of a specification', () => {
    const paths = (spec: Record<string, unknown>) => specFields('Service', spec).map(one => one.path);
    expect(paths(newSpec('Service'))).toContain('platform.gcp.machineType');
    expect(paths({ platform: { type: 'aws' } })).toContain('platform.aws.instanceType');
    expect(paths({ platform: { type: 'aws' } })).not.toContain('platform.gcp.machineType');
    expect(pathOf('Cluster', 'min_nodes')).toBe('limits.minNodes');
    expect(pathOf('Service', 'min_nodes')).toBe('autoscaling.minNodes');
  });
});

describe('alerts', () => {
  const alert = (cause: string, nodes: string[]) => ({ cause, nodes, labels: { cause, cluster: 'test' } }) as unknown as Alert;

  it.each([
    ['DiskPressure', ['n1'], '/admin/nodes/n1/drain', undefined], ['NotReady', ['n1'], '/admin/nodes/n1/conditions', 'Repair-ClusterNode n1'], ['CordonedForLong', ['n1'], '/admin/nodes/n1', undefined],
    ['Unreachable', ['n1', 'n2'], '/admin/nodes', 'Repair-ClusterNode n1,n2'], ['MachinesNotAsPlanned', [], '/admin/autoscaler/claims', undefined], ['Unknown', ['n1'], '/admin/nodes/n1/conditions', undefined],
  ])('%s of %s is fixed at %s', (cause, nodes, address, command) => {
    const remedy = remedyOf(alert(cause, nodes));
    expect([remedy.address, remedy.command]).toEqual([address, command]);
  });

  it('are silenced by what all monitors have in common', () => {
    expect(silenceOf(alert('NotReady', ['n1']))).toEqual({ labels: { cause: 'NotReady', cluster: 'test' }, nodes: ['n1'] });
    expect(listOf(' a,b  c,')).toEqual(['a', 'b', 'c']);
  });
});
