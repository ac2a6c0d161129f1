import { clockNumbers, HolderClock } from './holder-clock.ts';
import { isOlder, revisionOf } from './revision.ts';

/** Where each number is: what every heartbeat touches stands together. */
const at = {
  ...{
    renewTime: 0,
    revision: 1,
    renewed: 2,
    renewedMono: 3,
    observedMono: 4,
    observedWall: 5,
    quietSince: 6,
  },
  ...{ durationMs: 7, wake: 8, filed: 9, retryAt: 10, clock: 11 },
  ...{ since: 11 + clockNumbers, lostMs: 12 + clockNumbers, unknownMs: 13 + clockNumbers },
} as const;
const unknown: readonly number[] = new Array<number>(14 + clockNumbers).fill(Number.NaN);

/**
 * The numbers that are kept of one node, in one array. There are 100,000 nodes that are heard every ten seconds, and
 * what that costs is waiting for memory: V8 would keep every number of a row in a place of its own.
 * Monotonic milliseconds unless they say otherwise.
 */
export class NodeNumbers {
  readonly #numbers: number[] = unknown.slice();
  /** A resourceVersion that is no number that can be kept as one. */
  #oddVersion: string | undefined;

  constructor(mono: number, wall: number) {
    HolderClock.begin(this.#numbers, at.clock);
    this.wake = this.filed = Number.POSITIVE_INFINITY;
    this.retryAt = this.lostMs = this.unknownMs = 0;
    this.since = this.observedMono = this.quietSince = mono;
    this.observedWall = wall;
  }

  #get(place: number): number {
    return this.#numbers[place] ?? Number.NaN;
  }
  #known(place: number): number | undefined {
    const value = this.#get(place);
    return Number.isNaN(value) ? undefined : value;
  }

  /** A new view each time: one object less for each node that is kept, and is waited for. */
  get clock(): HolderClock {
    return new HolderClock(this.#numbers, at.clock);
  }
  /** Of its Lease: Unix microseconds, on the clock of the node. */
  get renewTime(): number | undefined {
    return this.#known(at.renewTime);
  }
  set renewTime(value: number | undefined) {
    this.#numbers[at.renewTime] = value ?? Number.NaN;
  }
  /** The highest renewTime since the last status: what the node controller compares with. */
  get renewed(): number | undefined {
    return this.#known(at.renewed);
  }
  set renewed(value: number | undefined) {
    this.#numbers[at.renewed] = value ?? Number.NaN;
  }
  /** When the lease was renewed last (monotonic ms), if that was seen and nothing was missed since. */
  get renewedMono(): number | undefined {
    return this.#known(at.renewedMono);
  }
  set renewedMono(value: number | undefined) {
    this.#numbers[at.renewedMono] = value ?? Number.NaN;
  }
  get observedMono(): number {
    return this.#get(at.observedMono);
  }
  set observedMono(value: number) {
    this.#numbers[at.observedMono] = value;
  }
  get observedWall(): number {
    return this.#get(at.observedWall);
  }
  set observedWall(value: number) {
    this.#numbers[at.observedWall] = value;
  }
  /** Silence is counted from here: the last heartbeat, or the moment when we began to look. */
  get quietSince(): number {
    return this.#get(at.quietSince);
  }
  set quietSince(value: number) {
    this.#numbers[at.quietSince] = value;
  }
  /** Of its Lease. */
  get durationMs(): number {
    return this.#get(at.durationMs);
  }
  set durationMs(value: number) {
    this.#numbers[at.durationMs] = value;
  }
  get wake(): number {
    return this.#get(at.wake);
  }
  set wake(value: number) {
    this.#numbers[at.wake] = value;
  }
  get filed(): number {
    return this.#get(at.filed);
  }
  set filed(value: number) {
    this.#numbers[at.filed] = value;
  }
  get retryAt(): number {
    return this.#get(at.retryAt);
  }
  set retryAt(value: number) {
    this.#numbers[at.retryAt] = value;
  }
  /** When its state began. */
  get since(): number {
    return this.#get(at.since);
  }
  set since(value: number) {
    this.#numbers[at.since] = value;
  }
  /** Time spent in the states `lost` and `unknown` that are over (ms). */
  get lostMs(): number {
    return this.#get(at.lostMs);
  }
  set lostMs(value: number) {
    this.#numbers[at.lostMs] = value;
  }
  get unknownMs(): number {
    return this.#get(at.unknownMs);
  }
  set unknownMs(value: number) {
    this.#numbers[at.unknownMs] = value;
  }

  /** Of its Lease. */
  get resourceVersion(): string {
    const revision = this.#get(at.revision);
    return Number.isNaN(revision) ? (this.#oddVersion ?? '') : String(revision);
  }
  set resourceVersion(text: string) {
    const revision = revisionOf(text);
    this.#numbers[at.revision] = revision;
    if (Number.isNaN(revision)) this.#oddVersion = text;
  }
  /** Whether this version is an older one than that of its Lease. */
  isOlder(text: string): boolean {
    const revision = revisionOf(text);
    const kept = this.#get(at.revision);
    if (Number.isNaN(revision) || Number.isNaN(kept)) return isOlder(text, this.resourceVersion);
    return revision < kept;
  }
}
