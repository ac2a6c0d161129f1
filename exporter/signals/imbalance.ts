import type { PlaceView } from '../model/view-connections.ts';

export interface Imbalance {
  readonly namespace: string;
  readonly workload: string;
  readonly port: number;
  /** 1: all have the same; as many as there are Pods: one has everybody. */
  readonly ratio: number;
}

/**
 * How unevenly connections are spread over the Pods of a workload that listen on one port. Long-lived
 * connections stay where they are: Pods that are new, or came back, have none for hours.
 */
export function* imbalances(places: Iterable<PlaceView>): Iterable<Imbalance> {
  for (const { namespace, workload, port, counts } of spreads(places)) {
    const sum = counts.reduce((total, count) => total + count, 0);
    // Nobody to be spread, or nobody else to be spread over.
    if (counts.length < 2 || sum === 0) continue;
    yield { namespace, workload, port, ratio: Math.max(...counts) / (sum / counts.length) };
  }
}

interface Spread extends Omit<Imbalance, 'ratio'> {
  readonly counts: number[];
}

function spreads(places: Iterable<PlaceView>): Iterable<Spread> {
  const found = new Map<string, Spread>();
  for (const place of places) {
    const { namespace, workload } = place;
    if (workload === '') continue;
    for (const { census } of place.ports()) {
      const { port, listening, established } = census;
      if (!listening) continue;
      const key = `${namespace}/${workload}:${port}`;
      const spread = found.get(key) ?? { namespace, workload, port, counts: [] };
      spread.counts.push(established);
      found.set(key, spread);
    }
  }
  return found.values();
}
