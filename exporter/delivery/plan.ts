import { type Item, itemsOf, type Part, rankOf } from './consignment.ts';
import { importance, type OutboxBatch } from './outbox.ts';

/** One element in the place of several: their numbers in the list that was given. */
export interface Folded {
  readonly body: Uint8Array;
  readonly of: readonly number[];
}

export interface PlanOptions {
  /** Bodies of one request together; one element at least. A batch of no more than that goes as it is. */
  readonly maxBytes: number;
  /** Makes few elements of many; without it all of them go. The same for the same bodies. */
  readonly fold?: ((bodies: readonly Uint8Array[]) => readonly Folded[]) | undefined;
  /** When an element says that it happened, in Unix microseconds; undefined where the order does not matter. */
  readonly timeOf?: ((body: Uint8Array) => number | undefined) | undefined;
}

/**
 * Loki takes nothing that is an hour older than the newest line of its stream. So only within half an hour
 * may a later line go before an earlier one.
 */
const sliceMicros = 1_800e6;

/**
 * For a thin line: of a batch that is more than one request, transitions go first, then outages, and the rest
 * is folded. It depends on the batch alone, so that a batch that comes again after a crash has the same bytes.
 */
export function planFor(options: PlanOptions): (batch: OutboxBatch) => readonly Part[] {
  return (batch) => {
    const items = itemsOf(batch);
    if (bytesOf(items) <= options.maxBytes) return [items];
    return slices(items, options.timeOf).flatMap((slice) => {
      const rest = slice.filter((item) => item.importance < importance.outage);
      const first = [importance.transition, importance.outage].map((rank) =>
        slice.filter((item) => item.importance === rank),
      );
      return [...first, folded(rest, options.fold)].flatMap((part) => packed(part, options.maxBytes));
    });
  };
}

function bytesOf(items: readonly Item[]): number {
  return items.reduce((sum, { body }) => sum + body.byteLength, 0);
}

/** Cuts where the times of the elements get too far apart; their order stays. */
function slices(items: readonly Item[], timeOf: PlanOptions['timeOf']): readonly (readonly Item[])[] {
  if (timeOf === undefined) return [items];
  const found: Item[][] = [];
  let [earliest, latest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const item of items) {
    const time = timeOf(item.body) ?? latest;
    [earliest, latest] = [Math.min(earliest, time), Math.max(latest, time)];
    const current = found.at(-1);
    if (current !== undefined && latest - earliest <= sliceMicros) {
      current.push(item);
      continue;
    }
    found.push([item]);
    [earliest, latest] = [time, time];
  }
  return found;
}

function folded(items: readonly Item[], fold: PlanOptions['fold']): readonly Item[] {
  if (fold === undefined || items.length < 2) return items;
  return fold(items.map(({ body }) => body)).map(({ body, of }) => {
    const members = of.flatMap((index) => items.slice(index, index + 1));
    return { body, records: members.flatMap(({ records }) => records), importance: rankOf(members) };
  });
}

/** Parts within the bound, in order. */
function packed(items: readonly Item[], maxBytes: number): readonly Part[] {
  const parts: Item[][] = [];
  let bytes = 0;
  for (const item of items) {
    const current = parts.at(-1);
    bytes += item.body.byteLength;
    if (current !== undefined && bytes <= maxBytes) {
      current.push(item);
      continue;
    }
    parts.push([item]);
    bytes = item.body.byteLength;
  }
  return parts;
}
