import { expect, it } from 'vitest';
import { containersOf, ownerOf, type PodObject } from '../src/nodes/podObject';

const pod: PodObject = {
  metadata: { name: 'web-1', namespace: 'shop', ownerReferences: [{ kind: 'Node', name: 'a' }, { kind: 'ReplicaSet', name: 'web', controller: true }] },
  spec: {
    initContainers: [{ name: 'init', image: 'setup:1' }],
    containers: [{ name: 'main', image: 'web:2', resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } } }, { name: 'side' }, { name: 'new' }],
  },
  status: {
    initContainerStatuses: [{ name: 'init', ready: false, restartCount: 0, state: { terminated: { reason: 'Completed', exitCode: 0 } } }],
    containerStatuses: [
      { name: 'side', ready: true, restartCount: 0, state: { running: { startedAt: '2026-11-24T12:00:00Z' } } },
      { name: 'main', ready: false, restartCount: 4, state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } }, lastState: { terminated: { reason: 'Error', exitCode: 137, signal: 9, message: 'out\n' } } },
    ],
  },
};

it('has the containers in their order, each with its state and why', () => {
  expect(containersOf(pod).map(({ name, isInit, ready, state, reason, last }) => [name, isInit, ready, state, reason, last])).toEqual([
    ['init', true, false, 'terminated', 'Completed (exit code 0)', ''],
    ['main', false, false, 'waiting', 'CrashLoopBackOff: back-off 40s', 'Error (signal 9): out'],
    ['side', false, true, 'running', '', ''],
    ['new', false, false, '', '', ''],
  ]);
  expect(containersOf(pod)[1]).toMatchObject({ image: 'web:2', restarts: 4, requests: 'cpu 100m, memory 64Mi', limits: 'memory 128Mi' });
});

it('belongs to its controller alone', () => {
  expect(ownerOf(pod)).toBe('ReplicaSet/web');
  expect(ownerOf({ ...pod, metadata: { name: 'x', namespace: 'y' } })).toBe('');
});
