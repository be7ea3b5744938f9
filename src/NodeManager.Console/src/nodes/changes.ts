import type { Change } from '../api/changes';
import type { Node } from '../api/types';

/** One node after a change; undefined if it is gone. */
export function changed(node: Node | undefined, name: string, change: Change): Node | undefined {
  if (change.type === 'node' && change.name === name) return change.node;
  if (change.type !== 'usage' || !node) return node;
  const load = change.nodes.find(one => one.name === name);
  return load ? withLoad(node, load) : node;
}

/** Changes the nodes by name in place. Changes that were seen while the nodes were read are put in afterwards, in their order: the last one is the latest. */
export function apply(nodes: Map<string, Node>, change: Change): void {
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

function withLoad(node: Node, load: Pick<Node, 'usage' | 'pods' | 'requested'>): Node {
  const { usage: _usage, pods: _pods, requested: _requested, ...rest } = node;
  const { usage, pods, requested } = load;
  return { ...rest, ...(usage ? { usage } : {}), ...(pods === undefined ? {} : { pods }), ...(requested ? { requested } : {}) };
}
