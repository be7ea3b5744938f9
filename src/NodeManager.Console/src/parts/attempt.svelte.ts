/** What a form asks for: whether it is under way, and why the last attempt failed. */
export class Attempt {
  busy = $state(false);
  problem = $state.raw<unknown>(null);

  /** False: it failed. */
  async run(act: () => Promise<void>): Promise<boolean> {
    this.busy = true;
    this.problem = null;
    try {
      await act();
      return true;
    } catch (failure) {
      this.problem = failure;
      return false;
    } finally {
      this.busy = false;
    }
  }
}
