// What a pod is read for, from the object as the API server has it.

interface State {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string };
  terminated?: { reason?: string; message?: string; exitCode: number; signal?: number; finishedAt?: string };
}

interface Status { name: string; ready: boolean; restartCount: number; state?: State; lastState?: State }

interface Spec { name: string; image?: string; restartPolicy?: string; resources?: { requests?: Record<string, string>; limits?: Record<string, string> } }

export interface PodObject {
  metadata: { name: string; namespace: string; creationTimestamp?: string; labels?: Record<string, string>; ownerReferences?: { kind: string; name: string; controller?: boolean }[] };
  spec: { nodeName?: string; priorityClassName?: string; initContainers?: Spec[]; containers: Spec[] };
  status: { phase?: string; qosClass?: string; podIP?: string; reason?: string; message?: string; initContainerStatuses?: Status[]; containerStatuses?: Status[] };
}

export interface Container {
  name: string;
  image: string;
  isInit: boolean;
  ready: boolean;
  restarts: number;
  /** `running`, `waiting`, `terminated`, or empty before the kubelet has said. */
  state: string;
  /** Why it is not running, and why it ended before. */
  reason: string;
  last: string;
  requests: string;
  limits: string;
}

export function containersOf(pod: PodObject): Container[] {
  const of = (specs: Spec[] | undefined, statuses: Status[] | undefined, isInit: boolean) =>
    (specs ?? []).map(spec => container(spec, statuses?.find(one => one.name === spec.name), isInit));
  return [...of(pod.spec.initContainers, pod.status.initContainerStatuses, true), ...of(pod.spec.containers, pod.status.containerStatuses, false)];
}

/** The controller of the pod, as Kind/name; empty without one. */
export function ownerOf(pod: PodObject): string {
  const owner = pod.metadata.ownerReferences?.find(one => one.controller);
  return owner ? `${owner.kind}/${owner.name}` : '';
}

function container(spec: Spec, status: Status | undefined, isInit: boolean): Container {
  const { waiting, terminated } = status?.state ?? {};
  return {
    name: spec.name, image: spec.image ?? '', isInit, ready: status?.ready ?? false, restarts: status?.restartCount ?? 0,
    state: status?.state ? (Object.keys(status.state)[0] ?? '') : '',
    reason: [waiting?.reason, waiting?.message].filter(Boolean).join(': ') || ended(terminated),
    last: ended(status?.lastState?.terminated),
    requests: amounts(spec.resources?.requests), limits: amounts(spec.resources?.limits),
  };
}

function ended(end: State['terminated']): string {
  if (!end) return '';
  const how = end.signal ? `signal ${end.signal}` : `exit code ${end.exitCode}`;
  return [`${end.reason ?? 'Ended'} (${how})`, end.message?.trim()].filter(Boolean).join(': ');
}

function amounts(values: Record<string, string> | undefined): string {
  return Object.entries(values ?? {}).map(([name, value]) => `${name} ${value}`).join(', ');
}
