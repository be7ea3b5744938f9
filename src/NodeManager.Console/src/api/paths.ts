/** Where the paths of this page's cluster begin: a server of several clusters has those of each below /clusters/NAME. Empty for the first one. */
export const clusterBase = baseOf(globalThis.location?.pathname ?? '');

export function baseOf(path: string): string {
  return /^\/clusters\/[^/]+/.exec(path)?.[0] ?? '';
}

const plugin = '/api/plugins/streamspace-node-manager';

export const nodesPath = `${plugin}/nodes`;

export const operationsPath = '/api/v1/operations';

/** A route of one node. Keys of labels and taints keep their slash, as the routes take it. */
export function nodePath(name: string, ...rest: string[]): string {
  return [nodesPath, encodeURIComponent(name), ...rest.map(part => part.split('/').map(encodeURIComponent).join('/'))].join('/');
}

export type PoolProvider = 'Service' | 'Cluster';

/** A route of pools, or of one of them. */
export function poolPath(provider: PoolProvider, ...rest: string[]): string {
  return `${['/api/v1/nodepools', ...rest.map(encodeURIComponent)].join('/')}?provider=${provider}`;
}
