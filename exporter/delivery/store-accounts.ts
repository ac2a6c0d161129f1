import type { Route } from './outbox.ts';
import type { CounterName, StoreStatements } from './store-statements.ts';

interface Tally {
  pending: number;
  bytes: number;
  dead: number;
  deadBytes: number;
}

/**
 * Where every record of the store is: enqueued = delivered + dropped + dead + pending. The counters are in
 * the database; how much waits is counted here, since counting a long queue for every scrape would hold up
 * the writing.
 */
export class Accounts {
  readonly #sql: StoreStatements;
  #tally: Record<Route, Tally>;

  constructor(sql: StoreStatements) {
    this.#sql = sql;
    this.#tally = this.#counted();
  }

  of(route: Route): Readonly<Tally> {
    return this.#tally[route];
  }

  /** Of all routes together. */
  get bytes(): { readonly pending: number; readonly dead: number } {
    const { traces, logs } = this.#tally;
    return { pending: traces.bytes + logs.bytes, dead: traces.deadBytes + logs.deadBytes };
  }

  appended(route: Route, bytes: number): void {
    this.add(route, 1, 'enqueued');
    this.#tally[route].pending += 1;
    this.#tally[route].bytes += bytes;
  }

  /** Records that waited have left. */
  left(route: Route, count: number, bytes: number, why: CounterName): void {
    this.add(route, count, why);
    this.#tally[route].pending -= count;
    this.#tally[route].bytes -= bytes;
  }

  /** A batch has left: so many of it were told in summaries, so many refused without a name. */
  delivered(route: Route, count: number, bytes: number, of: { folded: number; refused: number }): void {
    const folded = Math.min(of.folded, count);
    const refused = Math.min(of.refused, count - folded);
    this.left(route, count - folded - refused, bytes, 'delivered');
    this.left(route, folded, 0, 'folded');
    this.left(route, refused, 0, 'rejected');
    this.add(route, refused, 'refused');
  }

  /** A record that waited is a dead letter now. */
  died(route: Route, bytes: number): void {
    this.left(route, 1, bytes, 'refused');
    this.#tally[route].dead += 1;
    this.#tally[route].deadBytes += bytes;
  }

  forgotten(route: Route, bytes: number): void {
    this.add(route, 1, 'rejected');
    this.#tally[route].dead -= 1;
    this.#tally[route].deadBytes -= bytes;
  }

  add(route: Route, count: number, ...names: readonly CounterName[]): void {
    if (count === 0) return;
    for (const name of names) this.#sql.count(route, name, count);
  }

  /** How many records were enqueued and are nowhere. */
  missing(route: Route): number {
    const { enqueued, delivered, refused: _, ...dropped } = this.#sql.counters(route);
    const gone = Object.values(dropped).reduce((sum, count) => sum + count, delivered);
    return enqueued - gone - this.#tally[route].dead - this.#tally[route].pending;
  }

  recount(): void {
    this.#tally = this.#counted();
  }

  /** Returns what takes back all that was counted since: a transaction may fail. */
  mark(): () => void {
    const before = structuredClone(this.#tally);
    return () => {
      this.#tally = before;
    };
  }

  #counted(): Record<Route, Tally> {
    const of = (route: Route) => ({ ...this.#sql.pending(route), ...this.#sql.dead(route) });
    return { traces: of('traces'), logs: of('logs') };
  }
}
