import { type Moment, sleep } from '../clock.ts';
import type { Observation } from '../model/observation.ts';
import { type Backoff, createBackoff } from './backoff.ts';
import type { Failure } from './failure.ts';
import { streamState } from './initial-state.ts';
import { Interruption } from './interruption.ts';
import { type Listed, listAll } from './list.ts';
import type { Reflection } from './reflection.ts';
import { Sight } from './sight.ts';
import { type Told, type WatchEnd, type WatchStep, watchFrom } from './watch.ts';

/**
 * Mirrors a collection of the API server until `stop` is aborted: a complete list, then a watch from
 * there, resumed where it broke off, and a new list when the server no longer knows that place.
 */
export async function reflect<T>(
  reflection: Reflection<T>,
  emit: (observation: Observation) => void,
  stop: AbortSignal,
): Promise<void> {
  await new Reflector(reflection, emit, stop).run();
}

/** The longest time for which a list is handed over in one go (ms), and after how many objects that is looked at. */
const sliceMs = 5;
const lookAfter = 100;

interface Followed {
  readonly end: WatchEnd;
  readonly items: number;
  /** Milliseconds from the opening to the end; 0 when it never opened. */
  readonly lived: number;
}

class Reflector<T> {
  readonly #reflection: Reflection<T>;
  readonly #emit: (observation: Observation) => void;
  readonly #stop: AbortSignal;
  readonly #sight: Sight;
  readonly #backoff: Backoff;
  readonly #interruption: Interruption;
  /** Where the watch goes on; `undefined` asks for a list. */
  #resourceVersion: string | undefined;
  /** The first state was asked for as a stream. */
  #streamed = false;
  /** The last pause after a failure, in milliseconds. */
  #pause = 0;
  /** When the last complete list came (monotonic ms). */
  #listedAt = Number.NEGATIVE_INFINITY;

  constructor(reflection: Reflection<T>, emit: (observation: Observation) => void, stop: AbortSignal) {
    const { minMs, maxMs } = reflection.limits.backoff;
    this.#reflection = reflection;
    this.#interruption = reflection.interruption ?? new Interruption();
    this.#emit = emit;
    this.#stop = stop;
    this.#sight = new Sight(reflection.source, reflection.clock, emit);
    this.#backoff = createBackoff(reflection.random, minMs, maxMs);
  }

  async run(): Promise<void> {
    while (!this.#stop.aborted) {
      const failure =
        this.#resourceVersion === undefined ? await this.#list() : await this.#watch(this.#resourceVersion);
      if (failure !== undefined && !this.#stop.aborted) await this.#recover(failure);
    }
  }

  async #list(): Promise<Failure | undefined> {
    const listed = (await this.#stream()) ?? (await listAll(this.#reflection, this.#stop));
    if (this.#stop.aborted) return undefined;
    if (listed.kind === 'failed') return listed.failure;
    await this.#hand(listed);
    if (this.#stop.aborted) return undefined;
    this.#sight.listed();
    this.#listedAt = this.#reflection.clock.now().mono;
    this.#resourceVersion = listed.resourceVersion;
    return undefined;
  }

  /**
   * Only the first state: it comes from the cache of the server, which may know what a store that was set back has
   * forgotten. Whoever lists again may doubt just that.
   */
  async #stream(): Promise<Listed<T> | undefined> {
    const { keyOf } = this.#reflection;
    if (keyOf === undefined || this.#streamed) return undefined;
    this.#streamed = true;
    return streamState(this.#reflection, keyOf, this.#stop);
  }

  /** All of it, in slices: others must come to their turn while 100,000 leases are judged. */
  async #hand({ items, sentAt }: Listed<T>): Promise<void> {
    const { source, clock, toObservation } = this.#reflection;
    let at = clock.now();
    this.#emit({ kind: 'list', source, at, phase: 'begin', sentAt });
    for (const [index, object] of items.entries()) {
      if (index % lookAfter === 0 && clock.now().mono - at.mono > sliceMs) {
        await sleep(clock, 0, this.#stop);
        if (this.#stop.aborted) return;
        at = clock.now();
      }
      this.#emit(toObservation('listed', object, at));
    }
    this.#emit({ kind: 'list', source, at: clock.now(), phase: 'end', sentAt });
  }

  async #watch(resourceVersion: string): Promise<Failure | undefined> {
    const { clock, limits } = this.#reflection;
    const followed = await this.#interruption.during(this.#stop, (stop) =>
      this.#follow(watchFrom(this.#reflection, resourceVersion, stop)),
    );
    if (this.#stop.aborted) return undefined;
    if ('interrupted' in followed) return followed.interrupted;
    const { end, items, lived } = followed;
    // What stood longer than we waited for it is no part of the same trouble any more.
    if (lived >= Math.max(limits.settleMs, 2 * this.#pause)) this.#backoff.reset();
    if (end.kind === 'failed') return end.failure;
    if (lived >= limits.settleMs) return undefined;
    if (items === 0) return { reason: 'closed', why: 'the server ends watches at once', relist: false };
    // It sent something, so nothing is lost; the pause keeps a hasty server from a busy loop.
    await sleep(clock, limits.backoff.minMs, this.#stop);
    return undefined;
  }

  async #follow(steps: AsyncGenerator<WatchStep<T>, WatchEnd>): Promise<Followed> {
    const { clock, limits } = this.#reflection;
    let items = 0;
    let opened = Number.POSITIVE_INFINITY;
    let cancel = (): void => {};
    try {
      while (true) {
        const step = await steps.next();
        const lived = Math.max(0, clock.now().mono - opened);
        if (step.done === true) return { end: step.value, items, lived };
        if (this.#stop.aborted) return { end: { kind: 'ended' }, items, lived };
        if (step.value.kind === 'open') {
          opened = clock.now().mono;
          // An API server that lost our place says so right after it has opened the watch.
          cancel = clock.after(limits.settleMs, () => this.#resumed());
        } else {
          items += step.value.items.length;
          for (const item of step.value.items) this.#take(step.value.at, item);
        }
      }
    } finally {
      cancel();
      await steps.return({ kind: 'ended' });
    }
  }

  #resumed(): void {
    if (!this.#stop.aborted) this.#sight.resumed();
  }

  #take(at: Moment, item: Told<T>): void {
    this.#sight.resumed();
    const { resourceVersion } = item;
    const { source, toObservation } = this.#reflection;
    if (item.kind !== 'bookmark') this.#emit(toObservation(item.kind, item.object, at));
    else this.#emit({ kind: 'progress', source, at, resourceVersion });
    if (resourceVersion !== '') this.#resourceVersion = resourceVersion;
  }

  async #recover(failure: Failure): Promise<void> {
    const { clock, random, limits } = this.#reflection;
    this.#sight.lost(failure);
    if (failure.relist) this.#resourceVersion = undefined;
    // The server is in good order: waiting would only prolong the blindness.
    if (failure.reason === 'behind' || (failure.reason === 'expired' && this.#listIsOld())) return;
    const refused = failure.reason === 'forbidden' || failure.reason === 'unauthorized';
    const pause = refused ? limits.forbiddenMs * (0.5 + random() / 2) : this.#backoff.next();
    this.#pause = Math.max(pause, failure.retryAfterMs ?? 0);
    await sleep(clock, this.#pause, this.#stop);
  }

  /**
   * A server that forgot our place after a while is in good order.
   * One that forgets it right after a list would have us list for ever.
   */
  #listIsOld(): boolean {
    return this.#reflection.clock.now().mono - this.#listedAt > this.#reflection.limits.backoff.maxMs;
  }
}
