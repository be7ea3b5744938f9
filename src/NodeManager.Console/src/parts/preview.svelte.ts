/** A plan, or the effect of a change, with the options that it was made for: these are executed, and not what the form contains by then. */
export class Preview<O, V> {
  options = $state.raw<O | null>(null);
  value = $state.raw<V | null>(null);
  problem = $state.raw<unknown>(null);
  busy = $state(false);
  private turn = 0;

  /** The last call counts. False: it failed, or a later call or an edit has overtaken it. */
  async make(options: O, ask: (options: O) => Promise<V>): Promise<boolean> {
    const turn = ++this.turn;
    this.busy = true;
    try {
      const value = await ask(options);
      if (turn === this.turn) this.set(options, value, null);
      return turn === this.turn;
    } catch (failure) {
      if (turn === this.turn) this.set(null, null, failure);
      return false;
    } finally {
      if (turn === this.turn) this.busy = false;
    }
  }

  /** After an edit: a request in progress is for other options. */
  clear(): void {
    this.turn++;
    this.busy = false;
    this.set(null, null, null);
  }

  private set(options: O | null, value: V | null, problem: unknown): void {
    this.options = options;
    this.value = value;
    this.problem = problem;
  }
}
