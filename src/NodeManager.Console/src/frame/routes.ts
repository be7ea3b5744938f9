import { baseOf, clusterBase, type PoolProvider } from '../api/paths';

export type Route =
  | { page: 'nodes' }
  | { page: 'node'; name: string; tab: NodeTab }
  | { page: 'alerts' }
  | { page: 'pools'; provider: PoolProvider }
  | { page: 'pool'; provider: PoolProvider; id: string; tab: PoolTab }
  | { page: 'autoscaler'; tab: AutoscalerTab }
  | { page: 'maintenances' }
  | { page: 'maintenance'; id: string }
  | { page: 'agents' }
  | { page: 'activity' }
  | { page: 'scheduler'; tab: SchedulerTab }
  | { page: 'missing' };

export const nodeTabs = ['overview', 'labels', 'taints', 'conditions', 'pods', 'events', 'activity', 'drain'] as const;
export type NodeTab = (typeof nodeTabs)[number];

export const schedulerTabs = ['plugins', 'revisions', 'health'] as const;
export type SchedulerTab = (typeof schedulerTabs)[number];

export const poolTabs = ['overview', 'change', 'update'] as const;
export type PoolTab = (typeof poolTabs)[number];

export const autoscalerTabs = ['overview', 'claims', 'plan', 'decisions'] as const;
export type AutoscalerTab = (typeof autoscalerTabs)[number];

/** The page of an address. */
export function match(path: string): Route {
  const [root, area, name, tab, ...rest] = path.slice(baseOf(path).length).split('/').filter(part => part !== '').map(decode);
  if (root === undefined || (root === 'admin' && area === undefined)) return { page: 'nodes' };
  if (root === 'admin' && area === 'pools') return matchPools([name, tab, ...rest].filter(part => part !== undefined));
  if (root !== 'admin' || rest.length > 0) return { page: 'missing' };
  if (area === 'nodes') {
    if (name === undefined) return { page: 'nodes' };
    const shown = nodeTabs.find(one => one === (tab ?? 'overview'));
    return shown ? { page: 'node', name, tab: shown } : { page: 'missing' };
  }

  if ((area === 'alerts' || area === 'agents' || area === 'activity') && name === undefined) return { page: area };
  if (area === 'maintenance' && tab === undefined) return name === undefined ? { page: 'maintenances' } : { page: 'maintenance', id: name };
  if (area === 'autoscaler' && tab === undefined) {
    const shown = autoscalerTabs.find(one => one === (name ?? 'overview'));
    return shown ? { page: 'autoscaler', tab: shown } : { page: 'missing' };
  }

  if (area === 'scheduler' && tab === undefined) {
    const shown = schedulerTabs.find(one => one === (name ?? 'plugins'));
    return shown ? { page: 'scheduler', tab: shown } : { page: 'missing' };
  }

  return { page: 'missing' };
}

// Pools of the cluster have a segment of their own before the id, which is a UUID.
function matchPools(parts: string[]): Route {
  const provider = parts[0] === 'cluster' ? 'Cluster' : 'Service';
  const [id, tab, ...rest] = provider === 'Cluster' ? parts.slice(1) : parts;
  if (id === undefined) return { page: 'pools', provider };
  const shown = poolTabs.find(one => one === (tab ?? 'overview'));
  return shown && rest.length === 0 ? { page: 'pool', provider, id, tab: shown } : { page: 'missing' };
}

/** A page of this page's cluster. */
export function pageAddress(path: string): string {
  return clusterBase + path;
}

export function poolsAddress(provider: PoolProvider): string {
  return pageAddress(provider === 'Cluster' ? '/admin/pools/cluster' : '/admin/pools');
}

export function poolAddress(provider: PoolProvider, id: string, tab: PoolTab = 'overview'): string {
  return `${poolsAddress(provider)}/${encodeURIComponent(id)}${tab === 'overview' ? '' : `/${tab}`}`;
}

export function nodeAddress(name: string, tab: NodeTab = 'overview'): string {
  return `${clusterBase}/admin/nodes/${encodeURIComponent(name)}${tab === 'overview' ? '' : `/${tab}`}`;
}

export function autoscalerAddress(tab: AutoscalerTab): string {
  return `${clusterBase}/admin/autoscaler${tab === 'overview' ? '' : `/${tab}`}`;
}

export function maintenanceAddress(id: string): string {
  return `${clusterBase}/admin/maintenance/${encodeURIComponent(id)}`;
}

export function schedulerAddress(tab: SchedulerTab): string {
  return `${clusterBase}/admin/scheduler${tab === 'plugins' ? '' : `/${tab}`}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
