import type { Node } from '../api/types';

/** What the stream of changes tells; docs/server-routes.md has its events. */
export type NodeChange =
  | { type: 'ready' }
  | { type: 'reset' }
  | { type: 'node'; name: string; node?: Node }
  | { type: 'usage'; nodes: { name: string; usage?: Node['usage']; pods?: number }[] };

export function read(type: string, data: string): NodeChange | null {
  switch (type) {
    case 'ready':
    case 'reset': return { type };
    case 'node':
    case 'usage': return { ...(JSON.parse(data) as object), type } as NodeChange;
    default: return null;
  }
}

/** One node after a change; undefined if it is gone. */
export function changed(node: Node | undefined, name: string, change: NodeChange): Node | undefined {
  if (change.type === 'node' && change.name === name) return change.node;
  if (change.type !== 'usage' || !node) return node;
  const load = change.nodes.find(one => one.name === name);
  return load ? withLoad(node, load) : node;
}

/** Changes the nodes by name in place. Changes that were seen while the nodes were read are put in afterwards, in their order: the last one is the latest. */
export function apply(nodes: Map<string, Node>, change: NodeChange): void {
  if (change.type === 'node') {
    if (change.node) nodes.set(change.name, change.node);
    else nodes.delete(change.name);
  } else if (change.type === 'usage') {
    for (const load of change.nodes) {
      const node = nodes.get(load.name);
      if (node) nodes.set(load.name, withLoad(node, load));
    }
  }
}

function withLoad(node: Node, load: { usage?: Node['usage']; pods?: number }): Node {
  const { usage: _usage, pods: _pods, ...rest } = node;
  return { ...rest, ...(load.usage ? { usage: load.usage } : {}), ...(load.pods === undefined ? {} : { pods: load.pods }) };
}
