import type { LeaseRow, NodeRow, PortRow, RoundRow } from '../tables.ts';

/** What somebody looks for. It stands in the address of the page, so that it can be sent to somebody else. */
export interface Filter {
  /** Words that must all be somewhere in the row. */
  readonly text: string;
  /** Empty: every namespace. */
  readonly namespace: string;
  /** None: every state. */
  readonly states: readonly LeaseRow['state'][];
  /** The lease that is looked at closely, as `NAMESPACE/NAME`; empty: none. */
  readonly lease: string;
}

export const leaseStates: readonly LeaseRow['state'][] = [
  ...(['held', 'expired', 'released', 'vacant', 'orphaned', 'deleted', 'unknown'] as const),
];

export const noFilter: Filter = { text: '', namespace: '', states: [], lease: '' };

export function filterFrom(query: string): Filter {
  const given = new URLSearchParams(query);
  const states = (given.get('state') ?? '').split(',');
  return {
    text: given.get('q') ?? '',
    namespace: given.get('namespace') ?? '',
    states: leaseStates.filter((state) => states.includes(state)),
    lease: given.get('lease') ?? '',
  };
}

/** What follows the path in the address: empty, or with its question mark. */
export function queryOf({ text, namespace, states, lease }: Filter): string {
  const given = new URLSearchParams();
  if (text !== '') given.set('q', text);
  if (namespace !== '') given.set('namespace', namespace);
  if (states.length > 0) given.set('state', states.join(','));
  if (lease !== '') given.set('lease', lease);
  // Both read well in an address, and may stand there.
  const query = given.toString().replaceAll('%2C', ',').replaceAll('%2F', '/');
  return query === '' ? '' : `?${query}`;
}

export function isNarrowed({ text, namespace, states }: Filter): boolean {
  return text.trim() !== '' || namespace !== '' || states.length > 0;
}

/** Whether a text has every word of the filter. */
type Finder = (...texts: readonly (string | null)[]) => boolean;

export function finder(text: string): Finder {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return () => true;
  return (...texts) => {
    const all = texts.join(' ').toLowerCase();
    return words.every((word) => all.includes(word));
  };
}

export function findLeases(leases: Iterable<LeaseRow>, filter: Filter): LeaseRow[] {
  const found = findWhatever(leases, filter);
  return filter.states.length === 0 ? found : found.filter(({ state }) => filter.states.includes(state));
}

/** In any state: how many there are of each is told beside the filter. */
export function findWhatever(leases: Iterable<LeaseRow>, { text, namespace }: Filter): LeaseRow[] {
  const has = finder(text);
  return [...leases].filter(
    (row) =>
      (namespace === '' || row.namespace === namespace) &&
      has(row.id, row.holder, row.pod, row.node, row.class, row.state),
  );
}

export function findRounds(rounds: Iterable<RoundRow>, { text, namespace }: Filter): RoundRow[] {
  const has = finder(text);
  return [...rounds].filter(
    (row) =>
      (namespace === '' || row.namespace === namespace) &&
      has(
        ...[`${row.namespace}/${row.lease}`, row.predecessor, row.successor, row.cause, row.outcome],
        ...[row.fate, row.predecessorNode, row.successorNode, row.id],
      ),
  );
}

export function findNodes(nodes: Iterable<NodeRow>, { text }: Filter): NodeRow[] {
  const has = finder(text);
  return [...nodes].filter((row) => has(row.id, row.state));
}

export function findPorts(ports: Iterable<PortRow>, { text, namespace }: Filter): PortRow[] {
  const has = finder(text);
  return [...ports].filter(
    (row) => (namespace === '' || row.namespace === namespace) && has(row.id, row.workload),
  );
}
