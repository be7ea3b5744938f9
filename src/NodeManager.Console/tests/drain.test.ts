import { describe, expect, it } from 'vitest';
import type { DrainPlan, Node, Operation, PlannedPod } from '../src/api/types';
import { fill } from '../src/frame/language.svelte';
import { conditionTone } from '../src/nodes/conditions';
import { consequences, decisionTone } from '../src/nodes/consequences';
import { isSystemLabel } from '../src/nodes/systemLabels';
import { drained } from '../src/operations/followed';

const node: Node = {
  name: 'a', version: 'v1.36.2', labels: {}, taints: [], status: { ready: true, phase: 'Ready', unschedulable: false }, capacity: { cpu: '1', memory: '1Gi' },
  allocatable: { cpu: '1', memory: '1Gi' }, pods: 3, age: '1d',
};
const pod: PlannedPod = {
  namespace: 'shop', name: 'cart', decision: 'Evict', reason: '', owner: 'ReplicaSet/cart', blocked_by_budget: false, waits_for_turn: false, fits_elsewhere: 'Yes', fit_reason: '',
};

function plan(pods: PlannedPod[], given: Partial<DrainPlan> = {}): DrainPlan {
  return {
    node: 'a', status: 'Drainable', blockers: [], warnings: [], pods, budgets: [], estimate_basis: '', is_control_plane: false, node_status: 'Ready', node_condition: '', consequences: [],
    ...given,
  };
}

function budget(outlook: string) {
  return { namespace: 'db', name: 'ledger', summary: '', outlook, reason: '', remedy: '' };
}

describe('consequences', () => {
  it.each<[string, DrainPlan, Partial<Node>, string[], boolean]>([
    ['an easy drain', plan([pod]), {}, ['drain.confirmPods 1'], false],
    ['pods that stay do not count', plan([pod, { ...pod, decision: 'Skip' }, { ...pod, decision: 'Wait' }]), {}, ['drain.confirmPods 1'], false],
    ['a control-plane node', plan([]), { labels: { 'node-role.kubernetes.io/control-plane': '' } }, ['drain.confirmControlPlane', 'drain.confirmPods 0'], true],
    ['a node that does not answer', plan([pod]), { status: { ready: false, phase: 'Unknown', unschedulable: true } }, ['drain.confirmState Unknown', 'drain.confirmPods 1'], true],
    ['a budget that never allows it', plan([{ ...pod, blocked_by_budget: true }], { budgets: [budget('Never'), budget('Slow')] }), {},
      ['drain.confirmNever 1: db/ledger', 'drain.confirmBudgets 1', 'drain.confirmPods 1'], true],
    ['pods that fit nowhere', plan([pod, { ...pod, name: 'db', fits_elsewhere: 'No' }, { ...pod, fits_elsewhere: 'Unknown' }]), {}, ['drain.confirmStranded 1: shop/db', 'drain.confirmPods 3'], true],
  ])('of %s', (_, given, of, expected, isGrave) => {
    const facts = consequences(given, { ...node, ...of });
    expect(facts.map(one => [one.key, ...Object.values(one.values)].join(' ') + (one.items.length > 0 ? `: ${one.items.join()}` : ''))).toEqual(expected);
    expect(facts.some(one => one.isGrave)).toBe(isGrave);
  });
});

it.each<[Partial<PlannedPod>, string]>([
  [{}, 'good'], [{ fits_elsewhere: 'Unknown' }, 'good'], [{ fits_elsewhere: 'No' }, 'warn'], [{ blocked_by_budget: true }, 'warn'],
  [{ decision: 'Refuse' }, 'bad'], [{ decision: 'Skip' }, 'none'], [{ decision: 'Wait' }, 'none'],
])('a decision about %j is marked %s', (given, tone) => {
  expect(decisionTone({ ...pod, ...given })).toBe(tone);
});

it.each([
  ['Ready', 'True', 'good'], ['Ready', 'False', 'bad'], ['Ready', 'Unknown', 'warn'], ['DiskPressure', 'False', 'good'], ['DiskPressure', 'True', 'bad'],
  ['Drained', 'True', 'none'], ['Drained', 'False', 'none'], ['DrainInProgress', 'True', 'none'], ['MaintenancePlanned', 'True', 'none'], ['MaintenanceInProgress', 'Unknown', 'warn'],
])('the condition %s=%s is marked %s', (type, status, tone) => {
  expect(conditionTone(type, status)).toBe(tone);
});

it.each([
  ['kubernetes.io/hostname', true], ['topology.kubernetes.io/zone', true], ['node.kubernetes.io/instance-type', true], ['beta.kubernetes.io/os', true], ['cloud.k8s.io/x', true],
  ['node-role.kubernetes.io/worker', false], ['example.com/rack', false], ['rack', false], ['notkubernetes.io/a', false],
])('changing %s is asked about: %s', (key, expected) => {
  expect(isSystemLabel(key)).toBe(expected);
});

it('names each node once, however many drains it has', () => {
  const drain = (target: string, state: Operation['state'] = 'Running') => ({ kind: 'NodeDrain', target, state }) as Operation;
  expect(drained([drain("a in cluster 'x'"), drain("a, b in cluster 'x'"), drain("c in cluster 'x'", 'Cancelled')])).toEqual(['a', 'b']);
});

it.each([[1, '1 pod is evicted'], ['1', '1 pod is evicted'], [0, '0 pods are evicted'], ['1,000', '1,000 pods are evicted']])('counts %s', (n, text) => {
  expect(fill('{n} {n|pod is|pods are} evicted', { n })).toBe(text);
});
