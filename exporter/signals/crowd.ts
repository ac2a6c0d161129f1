import type { Clock } from '../clock.ts';
import { importance } from '../delivery/outbox.ts';
import type { Event } from '../model/event.ts';
import { printable } from './safe-text.ts';
import type { Sentence } from './sentences.ts';

/** So many of a kind are told one by one; the others of the same moment are counted. */
const toldEach = 20;
/** For so long they count as of one moment (ms). */
const windowMs = 10_000;

/** A verdict that begins or ends because of what we can see, and not because of what its subject does. */
type Turn = Extract<Event, { readonly kind: 'lease-state' | 'node-state' }>;

/**
 * When we begin to see, or see no more, all leases and nodes turn at once, for the same reason: of a large cluster
 * that would be 100,000 lines that say one thing. What each of them does itself is always told.
 */
export class Crowd {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #tell: (sentence: Sentence, wall: number) => void;
  readonly #windows = new Map<string, { count: number; last: Turn; readonly close: () => void }>();

  /** `tell` is called once a crowd is counted, with the time of its last event (Unix µs). */
  constructor(clock: Pick<Clock, 'after'>, tell: (sentence: Sentence, wall: number) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Whether an event is one of too many; then it is counted here, and nothing else is told of it. */
  takes(event: Event): boolean {
    if (event.kind !== 'lease-state' && event.kind !== 'node-state') return false;
    if (event.from !== 'unknown' && event.to !== 'unknown') return false;
    const key = `${kindOf(event)} ${event.from} ${event.to} ${event.why}`;
    const window = this.#windows.get(key) ?? this.#open(key, event);
    window.count += 1;
    window.last = event;
    return window.count > toldEach;
  }

  /** Tells what is counted so far. */
  close(): void {
    for (const { close } of [...this.#windows.values()]) close();
  }

  #open(key: string, event: Turn) {
    const close = (): void => {
      cancel();
      this.#windows.delete(key);
      if (window.count > toldEach)
        this.#tell(sentenceOf(window.last, window.count - toldEach), window.last.at.wall);
    };
    const cancel = this.#clock.after(windowMs, close);
    const window = { count: 0, last: event, close };
    this.#windows.set(key, window);
    return window;
  }
}

function kindOf(event: Turn): string {
  return event.kind === 'node-state' ? 'nodes' : `leases of class ${event.class}`;
}

function sentenceOf(event: Turn, more: number): Sentence {
  const text = `${more} more ${kindOf(event)}: ${event.from} -> ${event.to}, ${printable(event.why, 500)}`;
  const about = { event: event.kind === 'node-state' ? 'node_state' : 'lease_state', about: {} } as const;
  return { ...about, level: 'info', text, importance: importance.outage };
}
