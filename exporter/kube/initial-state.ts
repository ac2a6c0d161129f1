import type { Moment } from '../clock.ts';
import type { Listed } from './list.ts';
import type { Watched } from './reflection.ts';
import { type Told, watchFrom, wholeState } from './watch.ts';

/** For so long the state may take to come (ms); then pages are asked for. */
const patienceMs = 60_000;

/**
 * Reads all objects as the beginning of a watch, which costs the server the least: it sends each as it is, and marks
 * the end. Like a list it is of no moment before the request was sent. `undefined` where the server does not offer
 * that, as before 1.34, or where anything goes wrong: whatever that is, a list in pages will tell it.
 */
export async function streamState<T>(
  reflection: Watched<T>,
  keyOf: (object: T) => string,
  stop: AbortSignal,
): Promise<Listed<T> | undefined> {
  const { clock } = reflection;
  const timeUp = new AbortController();
  const cancel = clock.after(patienceMs, () => timeUp.abort());
  try {
    return await gather(reflection, keyOf, clock.now(), AbortSignal.any([stop, timeUp.signal]));
  } finally {
    cancel();
  }
}

async function gather<T>(
  reflection: Watched<T>,
  keyOf: (object: T) => string,
  sentAt: Moment,
  stop: AbortSignal,
): Promise<Listed<T> | undefined> {
  const objects = new Map<string, T>();
  const steps = watchFrom(reflection, wholeState, stop);
  for await (const step of steps) {
    if (step.kind !== 'items') continue;
    for (const item of step.items) {
      if (isEnd(item))
        return {
          kind: 'listed',
          sentAt,
          resourceVersion: item.resourceVersion,
          items: [...objects.values()],
        };
      // What happens meanwhile may be told before the end, too.
      if (item.kind === 'deleted') objects.delete(keyOf(item.object));
      else if (item.kind !== 'bookmark') objects.set(keyOf(item.object), item.object);
    }
  }
  return undefined;
}

function isEnd<T>(item: Told<T>): boolean {
  return item.kind === 'bookmark' && item.initialEventsEnd === true && item.resourceVersion !== '';
}
