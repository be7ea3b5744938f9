export type Route =
  | { page: 'nodes' }
  | { page: 'node'; name: string; tab: NodeTab }
  | { page: 'scheduler'; tab: SchedulerTab }
  | { page: 'missing' };

export const nodeTabs = ['overview', 'labels', 'taints', 'conditions', 'pods', 'events', 'drain'] as const;
export type NodeTab = (typeof nodeTabs)[number];

export const schedulerTabs = ['plugins', 'revisions', 'health'] as const;
export type SchedulerTab = (typeof schedulerTabs)[number];

/** The page of an address. */
export function match(path: string): Route {
  const [root, area, name, tab, ...rest] = path.split('/').filter(part => part !== '').map(decode);
  if (root === undefined || (root === 'admin' && area === undefined)) return { page: 'nodes' };
  if (root !== 'admin' || rest.length > 0) return { page: 'missing' };
  if (area === 'nodes') {
    if (name === undefined) return { page: 'nodes' };
    const shown = nodeTabs.find(one => one === (tab ?? 'overview'));
    return shown ? { page: 'node', name, tab: shown } : { page: 'missing' };
  }

  if (area === 'scheduler' && tab === undefined) {
    const shown = schedulerTabs.find(one => one === (name ?? 'plugins'));
    return shown ? { page: 'scheduler', tab: shown } : { page: 'missing' };
  }

  return { page: 'missing' };
}

export function nodeAddress(name: string, tab: NodeTab = 'overview'): string {
  return `/admin/nodes/${encodeURIComponent(name)}${tab === 'overview' ? '' : `/${tab}`}`;
}

export function schedulerAddress(tab: SchedulerTab): string {
  return `/admin/scheduler${tab === 'plugins' ? '' : `/${tab}`}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
