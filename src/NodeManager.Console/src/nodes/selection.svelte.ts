import { SvelteSet } from 'svelte/reactivity';

const names = new SvelteSet<string>();

/** The selected nodes, on all pages of this cluster until the page is reloaded. */
export function selection(): ReadonlySet<string> {
  return names;
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
