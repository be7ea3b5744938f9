import type { Alert, Node } from './types';

/** What the stream of changes tells; docs/server-routes.md has its events. */
export type Change =
  | { type: 'ready' }
  | { type: 'reset' }
  | { type: 'node'; name: string; node?: Node }
  | { type: 'usage'; nodes: { name: string; usage?: Node['usage']; pods?: number }[] }
  | { type: 'alert'; alert: Alert };

export function read(type: string, data: string): Change | null {
  switch (type) {
    case 'ready':
    case 'reset': return { type };
    case 'node':
    case 'usage': return { ...(JSON.parse(data) as object), type } as Change;
    case 'alert': return { type, alert: JSON.parse(data) as Alert };
    default: return null;
  }
}
