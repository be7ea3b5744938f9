import type { PoolProvider } from '../api/paths';
import { valueAt, type Field, type Fields } from '../parts/fields';

const number = (...paths: string[]): Field[] => paths.map(path => ({ path, type: 'number' }));
const text = (...paths: string[]): Field[] => paths.map(path => ({ path, type: 'text' }));

const cluster: readonly Field[] = [
  ...text('providerRef'),
  ...number('nodeCount', 'limits.minNodes', 'limits.maxNodes', 'limits.cpuCores', 'limits.memoryMiB', 'priority'),
  ...number('machineTemplate.minimum.cpuCores', 'machineTemplate.minimum.memoryMiB'),
  { path: 'machineTemplate.labels', type: 'map' },
  { path: 'machineTemplate.taints', type: 'taints' },
  { path: 'machineTemplate.startupTaints', type: 'taints' },
  ...text('machineTemplate.terminationGracePeriod', 'registrationTimeout', 'scaleUp.stabilizationWindow', 'scaleDown.stabilizationWindow', 'scaleDown.expireAfter'),
  { path: 'scaleDown.consolidation.mode', type: 'choice', choices: ['Disabled', 'SingleNode', 'MultiNode'] },
  { path: 'scaleDown.consolidation.replace', type: 'flag' },
  { path: 'scaleDown.replaceDrifted', type: 'flag' },
  ...text('price.currency', 'price.perHour', 'price.perCoreHour', 'price.perGiBHour'),
  ...number('headroom.cpuCores', 'headroom.memoryMiB'),
];

// The names of the same thing on each platform of a pool service.
const platforms: Record<string, readonly Field[]> = {
  gcp: [...text('platform.gcp.machineType', 'platform.gcp.diskType'), ...number('platform.gcp.diskSize'), { path: 'platform.gcp.zones', type: 'list' }, { path: 'platform.gcp.preemptible', type: 'flag' },
    { path: 'platform.gcp.labels', type: 'map' }, { path: 'platform.gcp.taints', type: 'taints' }],
  aws: [...text('platform.aws.instanceType', 'platform.aws.volumeType'), ...number('platform.aws.volumeSize'), { path: 'platform.aws.availabilityZones', type: 'list' }, { path: 'platform.aws.spotInstances', type: 'flag' }],
  azure: [...text('platform.azure.vmSize', 'platform.azure.osDiskType'), ...number('platform.azure.osDiskSizeGB'), { path: 'platform.azure.availabilityZones', type: 'list' }, { path: 'platform.azure.spotInstances', type: 'flag' }],
};

const service: readonly Field[] = [
  ...number('nodeCount'),
  { path: 'autoscaling.enabled', type: 'flag' },
  ...number('autoscaling.minNodes', 'autoscaling.maxNodes', 'autoscaling.targetCPUUtilization', 'autoscaling.targetMemoryUtilization'),
  ...text('autoscaling.scaleDownDelay', 'autoscaling.scaleUpDelay'),
];

/** The fields of a specification; those of the platform that it names. Anything else is in its JSON. */
export function specFields(provider: PoolProvider, spec: Fields): readonly Field[] {
  if (provider === 'Cluster') return cluster;
  const type = valueAt(spec, 'platform.type');
  return [{ path: 'platform.type', type: 'choice', choices: Object.keys(platforms) }, ...(typeof type === 'string' ? platforms[type] ?? [] : []), ...service];
}

/** What a new pool begins with. */
export function newSpec(provider: PoolProvider): Fields {
  return provider === 'Cluster'
    ? { providerRef: '', limits: { minNodes: 0, maxNodes: 3 }, machineTemplate: {} }
    : { platform: { type: 'gcp', gcp: { machineType: 'n2-standard-4' } }, nodeCount: 1 };
}

/** Where a field of a change is in the specification. */
export function pathOf(provider: PoolProvider, field: string): string {
  const limits = provider === 'Cluster' ? 'limits' : 'autoscaling';
  switch (field) {
    case 'node_count': return 'nodeCount';
    case 'min_nodes': return `${limits}.minNodes`;
    case 'max_nodes': return `${limits}.maxNodes`;
    case 'autoscaling': return 'autoscaling.enabled';
    default: return field;
  }
}
