import type { Alert, Node, Operation } from './types';

/** What the stream of changes tells; docs/reference/server-routes.md has its events. */
export type Change =
  | { type: 'ready' }
  | { type: 'reset' }
  | { type: 'node'; name: string; node?: Node }
  | { type: 'usage'; nodes: Pick<Node, 'name' | 'usage' | 'pods' | 'requested'>[] }
  | { type: 'alert'; alert: Alert }
  | { type: 'operation'; id: string; kind: string; target: string; state: Operation['state'] }
  | { type: 'cluster'; reachable: boolean; since: string };

export function read(type: string, data: string): Change | null {
  switch (type) {
    case 'ready':
    case 'reset': return { type };
    case 'node':
    case 'usage':
    case 'operation':
    case 'cluster': return { ...(JSON.parse(data) as object), type } as Change;
    case 'alert': return { type, alert: JSON.parse(data) as Alert };
    default: return null;
  }
}
