import { electionLease, type HerdLease, leaseText, nodeLease, nodeText } from './objects.ts';
import type { HerdSize, Order } from './orders.ts';
import { Watchers } from './watchers.ts';

const paceEveryMs = 2;

/** Keeps the objects, renews the leases as it is told, and tells whoever watches. */
export class Herdsman {
  readonly leases: readonly HerdLease[];
  readonly byName: ReadonlyMap<string, HerdLease>;
  readonly nodes: number;
  readonly leaseWatchers = new Watchers();
  resourceVersion = 1;
  readonly #silent = new Set<HerdLease>();
  #next = 0;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor({ nodes, elections, durationSeconds, longNameEvery = 0 }: HerdSize) {
    this.nodes = nodes;
    this.leases = [
      ...Array.from({ length: nodes }, (_, index) => nodeLease(index)),
      ...Array.from({ length: elections }, (_, index) =>
        electionLease(index, durationSeconds, index % longNameEvery === 0),
      ),
    ];
    this.byName = new Map(this.leases.map((lease) => [`${lease.namespace}/${lease.name}`, lease]));
    for (const lease of this.leases) this.#renew(lease);
  }

  *nodeTexts(from: number, to: number): Iterable<string> {
    for (let index = from; index < to; index++) yield nodeText(index);
  }

  async obey(order: Order): Promise<unknown> {
    switch (order.kind) {
      case 'renew-all':
        return this.leaseWatchers.send(this.#renewed(this.leases));
      case 'pace':
        return this.#repeat('pace', order.perSecond, () => this.#nextLease());
      case 'hammer':
        return this.#repeat('hammer', order.perSecond, () => this.leases.at(-1));
      case 'fade':
        return this.#silence(this.leases.filter((_, index) => index % order.every === 0));
      case 'fall': {
        const fallen = this.leases.slice(0, order.count).filter((lease) => !this.#silent.has(lease));
        await this.leaseWatchers.send(this.#renewed(fallen));
        return this.#silence(fallen);
      }
      case 'last-renewals':
        return Object.fromEntries(
          Array.from(this.#silent, ({ namespace, name, renewTime }) => [
            `${namespace}/${name}`,
            Date.parse(renewTime),
          ]),
        );
    }
  }

  #silence(leases: readonly HerdLease[]): void {
    for (const lease of leases) this.#silent.add(lease);
  }

  /** As many as the time that has passed asks for, whenever a timer comes. */
  #repeat(name: string, perSecond: number, take: () => HerdLease | undefined): void {
    clearInterval(this.#timers.get(name));
    if (perSecond === 0) return;
    const began = performance.now();
    let done = 0;
    const beat = () => {
      const due = Math.floor(((performance.now() - began) * perSecond) / 1000) - done;
      done += due;
      const leases = Array.from({ length: due }, take).filter((lease) => lease !== undefined);
      void this.leaseWatchers.send(this.#renewed(leases));
    };
    this.#timers.set(name, setInterval(beat, paceEveryMs));
  }

  #nextLease(): HerdLease | undefined {
    this.#next = (this.#next + 1) % this.leases.length;
    const lease = this.leases[this.#next];
    return lease === undefined || this.#silent.has(lease) ? undefined : lease;
  }

  *#renewed(leases: readonly HerdLease[]): Iterable<string> {
    for (const lease of leases) {
      this.#renew(lease);
      yield eventLine(lease);
    }
  }

  #renew(lease: HerdLease): void {
    lease.resourceVersion = ++this.resourceVersion;
    lease.renewTime = `${new Date().toISOString().slice(0, -1)}000Z`;
  }
}

export function eventLine(lease: HerdLease): string {
  return `{"type":"MODIFIED","object":${leaseText(lease)}}\n`;
}
