import type { Node } from '../api/types';
import { notify } from '../parts/notices.svelte';
import { takeNode } from './nodes.svelte';

/** A form's change of a node: whether one is under way, and why the last one failed. */
export class NodeChange {
  busy = $state(false);
  problem = $state.raw<unknown>(null);

  /** Makes the change, and shows its answer wherever the node is shown. False: it failed. */
  async make(act: () => Promise<Node>, done: string, changed: (node: Node) => void): Promise<boolean> {
    this.busy = true;
    this.problem = null;
    try {
      const answer = await act();
      changed(answer);
      takeNode(answer);
      notify(done);
      return true;
    } catch (failure) {
      this.problem = failure;
      return false;
    } finally {
      this.busy = false;
    }
  }
}
