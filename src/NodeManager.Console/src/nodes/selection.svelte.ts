import { SvelteSet } from 'svelte/reactivity';
import type { Node } from '../api/types';

const names = new SvelteSet<string>();

/** The selected nodes, on all pages of this cluster until the page is reloaded. */
export function selection(): ReadonlySet<string> {
  return names;
}

/** Those of the given nodes that are selected. */
export function selectedOf(nodes: readonly Node[]): Node[] {
  return names.size === 0 ? [] : nodes.filter(node => names.has(node.name));
}

export function selectNodes(wanted: readonly string[], on: boolean): void {
  for (const name of wanted) {
    if (on) names.add(name);
    else names.delete(name);
  }
}

export function clearSelection(): void {
  names.clear();
}
