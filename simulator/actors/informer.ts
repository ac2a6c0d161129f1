import { type Clock, sleep } from '../../exporter/clock.ts';
import { createBackoff } from '../../exporter/kube/backoff.ts';
import { jsonDecoder } from '../../exporter/kube/decode-json.ts';
import { listAll } from '../../exporter/kube/list.ts';
import { defaultLimits, type Watched } from '../../exporter/kube/reflection.ts';
import type { KubeTransport } from '../../exporter/kube/transport.ts';
import { watchFrom } from '../../exporter/kube/watch.ts';

export interface InformerOptions<T> {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Path of the collection. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly parse: (value: unknown) => T | undefined;
  /** Resolves when the process that it is part of runs. */
  readonly gate: () => Promise<void>;
  readonly onChange: (object: T, what: 'added' | 'updated' | 'deleted') => void;
}

interface Named {
  readonly metadata: { readonly namespace: string; readonly name: string };
}

/** Pauses of client-go's reflector between two tries (ms). */
const pauses = { minMs: 800, maxMs: 30_000 };

/** A mirror of a collection in the memory of a process, as client-go's informers keep one: a list, then a watch. */
export class Informer<T extends Named> {
  readonly #options: InformerOptions<T>;
  readonly #collection: Watched<T>;
  readonly #objects = new Map<string, T>();
  #synced = false;

  constructor(options: InformerOptions<T>) {
    const { transport, clock, random, path, query, parse } = options;
    this.#options = options;
    const limits = defaultLimits;
    const common = { transport, clock, random, path, limits, decoder: jsonDecoder(parse) };
    this.#collection = query === undefined ? common : { ...common, query };
  }

  /** Whether the first list is there: before that, its owner does nothing. */
  get synced(): boolean {
    return this.#synced;
  }

  get objects(): readonly T[] {
    return [...this.#objects.values()];
  }

  get(namespace: string, name: string): T | undefined {
    return this.#objects.get(`${namespace}/${name}`);
  }

  /** Mirrors until `stop`. `onSync` is called once, after the first list. */
  async run(stop: AbortSignal, onSync: () => void): Promise<void> {
    const { clock, random } = this.#options;
    const backoff = createBackoff(random, pauses.minMs, pauses.maxMs);
    while (!stop.aborted) {
      const listed = await listAll(this.#collection, stop);
      await this.#options.gate();
      if (stop.aborted) return;
      if (listed.kind === 'failed') {
        await sleep(clock, backoff.next(), stop);
        continue;
      }
      this.#replace(listed.items);
      if (!this.#synced) {
        this.#synced = true;
        onSync();
      }
      backoff.reset();
      await this.#follow(listed.resourceVersion, stop);
    }
  }

  /** Watches until the place is lost; a watch that breaks goes on from where it was. */
  async #follow(from: string, stop: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    const backoff = createBackoff(random, pauses.minMs, pauses.maxMs);
    let version = from;
    while (!stop.aborted) {
      const steps = watchFrom(this.#collection, version, stop);
      for (let step = await steps.next(); ; step = await steps.next()) {
        await this.#options.gate();
        if (stop.aborted) {
          await steps.return({ kind: 'ended' });
          return;
        }
        if (step.done === true) {
          if (step.value.kind === 'failed' && step.value.failure.relist) return;
          break;
        }
        if (step.value.kind !== 'items') continue;
        backoff.reset();
        for (const item of step.value.items) {
          if (item.resourceVersion !== '') version = item.resourceVersion;
          if (item.kind === 'deleted') this.#forget(item.object);
          else if (item.kind !== 'bookmark') this.#keep(item.object);
        }
      }
      await sleep(clock, backoff.next(), stop);
    }
  }

  #replace(items: readonly T[]): void {
    const listed = new Set(items.map(keyOf));
    for (const [key, object] of this.#objects) if (!listed.has(key)) this.#forget(object);
    for (const item of items) this.#keep(item);
  }

  #keep(object: T): void {
    const key = keyOf(object);
    const what = this.#objects.has(key) ? 'updated' : 'added';
    this.#objects.set(key, object);
    this.#options.onChange(object, what);
  }

  #forget(object: T): void {
    this.#objects.delete(keyOf(object));
    this.#options.onChange(object, 'deleted');
  }
}

function keyOf({ metadata }: Named): string {
  return `${metadata.namespace}/${metadata.name}`;
}
