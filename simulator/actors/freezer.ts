/** Stops and wakes a process as SIGSTOP and SIGCONT do: time goes on, its code does not. */
export class Freezer {
  #frozen = false;
  readonly #waiting: (() => void)[] = [];

  freeze(): void {
    this.#frozen = true;
  }

  thaw(): void {
    this.#frozen = false;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  get frozen(): boolean {
    return this.#frozen;
  }

  /** Resolves at once, or when thawed. */
  async pass(): Promise<void> {
    while (this.#frozen) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
