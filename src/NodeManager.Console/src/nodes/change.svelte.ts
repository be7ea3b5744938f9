import type { Node } from '../api/types';
import { Attempt } from '../parts/attempt.svelte';
import { notify } from '../parts/notices.svelte';
import { takeNode } from './nodes.svelte';

/** A form's change of a node. */
export class NodeChange extends Attempt {
  /** Makes the change, and shows its answer wherever the node is shown. False: it failed. */
  make(act: () => Promise<Node>, done: string, changed: (node: Node) => void): Promise<boolean> {
    return this.run(async () => {
      const answer = await act();
      changed(answer);
      takeNode(answer);
      notify(done);
    });
  }
}
