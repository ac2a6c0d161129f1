/** The link that all sites share to Loki, and when each of them tried it first after it came back. */
export class CommonLink {
  #back = Number.POSITIVE_INFINITY;
  readonly #first = new Map<string, number>();
  up = true;

  cut(): void {
    this.up = false;
  }

  /** `mono`: when, in milliseconds. */
  mend(mono: number): void {
    this.up = true;
    this.#back = mono;
  }

  tried(site: string, mono: number): void {
    if (mono >= this.#back && !this.#first.has(site)) this.#first.set(site, mono - this.#back);
  }

  /** Milliseconds after the link came back, one for each site that has tried. */
  get firstAttempts(): readonly number[] {
    return [...this.#first.values()];
  }
}
