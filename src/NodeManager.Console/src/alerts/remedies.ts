import type { Alert } from '../api/types';
import { autoscalerAddress, nodeAddress, pageAddress } from '../frame/routes';
import type { Key } from '../frame/language.svelte';

export interface Remedy {
  /** The text of the link. */
  label: Key;
  address: string;
  /** What does the rest: a command of the module. */
  command?: string;
}

const drains = new Set(['DiskPressure', 'MemoryPressure', 'PIDPressure', 'Evictions', 'ImageGarbageCollection', 'PodLimit']);
const repairs = new Set(['NotReady', 'Unreachable', 'Flapping', 'NetworkUnavailable', 'ClockSkew']);

/** Where the cause of an alert is fixed. */
export function remedyOf(alert: Alert): Remedy {
  const [node] = alert.nodes;
  if (alert.cause === 'MachinesNotAsPlanned') return { label: 'remedy.autoscaler', address: autoscalerAddress('claims') };
  if (node === undefined) return { label: 'remedy.nodes', address: pageAddress('/admin/nodes') };
  const names = alert.nodes.join(',');
  if (alert.nodes.length > 1)
    return { label: 'remedy.nodes', address: pageAddress('/admin/nodes'), ...(repairs.has(alert.cause) && names.length < 2000 ? { command: `Repair-ClusterNode ${names}` } : {}) };
  if (drains.has(alert.cause)) return { label: 'remedy.drain', address: nodeAddress(node, 'drain') };
  if (alert.cause === 'CordonedForLong') return { label: 'remedy.uncordon', address: nodeAddress(node) };
  if (alert.cause === 'RepellingTaints') return { label: 'remedy.taints', address: nodeAddress(node, 'taints') };
  if (alert.cause === 'SystemPodsRestarting') return { label: 'remedy.pods', address: nodeAddress(node, 'pods') };
  if (alert.cause === 'VersionSkew') return { label: 'remedy.pools', address: pageAddress('/admin/pools') };
  return { label: 'remedy.conditions', address: nodeAddress(node, 'conditions'), ...(repairs.has(alert.cause) ? { command: `Repair-ClusterNode ${node}` } : {}) };
}
