import { encodeObject } from '../../simulator/apiserver/protobuf.ts';
import type { Format } from './frames.ts';
import { type Lease, placeholders } from './population.ts';

export interface Lists {
  /** The page that a query asks for, as it was encoded when it was asked for first. */
  page(format: Format, query: URLSearchParams): Uint8Array;
}

/** Lists of always the same: what is measured is who reads them. */
export function createLists(leases: readonly Lease[]): Lists {
  const pages = new Map<string, Uint8Array>();
  return {
    page(format, query) {
      const [from, limit] = placeOf(query);
      const key = `${format} ${from} ${limit}`;
      const page = pages.get(key) ?? encodePage(leases, format, from, limit);
      pages.set(key, page);
      return page;
    },
  };
}

/** Whoever takes any revision is answered from the watch cache, which knows no pages. */
function placeOf(query: URLSearchParams): [from: number, limit: number] {
  if (query.get('resourceVersion') === '0') return [0, Number.POSITIVE_INFINITY];
  return [Number(query.get('continue') ?? 0), Number(query.get('limit') ?? 0) || Number.POSITIVE_INFINITY];
}

function encodePage(leases: readonly Lease[], format: Format, from: number, limit: number): Uint8Array {
  const items = leases.slice(from, from + limit);
  const next = from + items.length;
  const token = next < leases.length ? { continue: String(next) } : {};
  const metadata = { resourceVersion: placeholders.resourceVersion, ...token };
  const list = { kind: 'LeaseList', apiVersion: 'coordination.k8s.io/v1', metadata, items };
  return format === 'protobuf' ? encodeObject(list) : Buffer.from(JSON.stringify(list));
}
