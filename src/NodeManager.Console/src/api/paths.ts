/**
 * Where the paths of this page's cluster begin: below the path prefix of an ingress, and with several clusters below /clusters/NAME. Empty for the first
 * cluster of a server without a prefix.
 */
export const clusterBase = baseOf(globalThis.location?.pathname ?? '');

/** Where the paths of the server begin, such as that of the sign-in. */
export const serverBase = clusterBase.replace(/\/clusters\/[^/]+$/, '');

export function baseOf(path: string): string {
  // The name of a cluster can be 'admin'.
  return (/^(.*?(?:\/clusters\/[^/]+)?)(?:\/admin(?:\/.*)?)?\/?$/.exec(path))?.[1] ?? '';
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
