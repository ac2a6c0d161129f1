import { parseNode } from '../../exporter/kube/parse-node.ts';
import { leases, nodes } from '../../simulator/apiserver/resources.ts';
import type { Store, StoreEvent } from '../../simulator/apiserver/store.ts';

/** What one committed write left of a machine: of its Node, or of the Lease of its kubelet. */
export interface NodeCommit {
  /** Monotonic milliseconds of the server. */
  readonly at: number;
  readonly revision: number;
  readonly of: 'lease' | 'node';
  readonly gone: boolean;
  /** What a heartbeat changes: the renewTime of the Lease, or the heartbeat of the condition Ready. */
  readonly beat: string;
  /** Of a Node. */
  readonly bootId: string | undefined;
  /** Of a Node: it says that it goes on purpose. */
  readonly planned: boolean;
}

/** Every write that concerns a machine, in the order of the commits, by its name. */
export type NodeHistory = ReadonlyMap<string, readonly NodeCommit[]>;

/** Writes down what the store of a simulated API server commits from now on. */
export function keepNodeHistory(store: Store, now: () => number): NodeHistory {
  const history = new Map<string, NodeCommit[]>();
  store.subscribe((event) => {
    const { name, namespace } = event.object.metadata;
    const isLease = event.resource === leases && namespace === 'kube-node-lease';
    if (!isLease && event.resource !== nodes) return;
    const commits = history.get(name) ?? [];
    history.set(name, commits);
    commits.push(isLease ? leaseCommit(event, now()) : nodeCommit(event, now()));
  });
  return history;
}

function leaseCommit({ after, object, revision }: StoreEvent, at: number): NodeCommit {
  const { spec } = object;
  const renewTime = typeof spec === 'object' && spec !== null && 'renewTime' in spec ? spec.renewTime : '';
  const gone = after === undefined;
  return { at, revision, of: 'lease', gone, beat: String(renewTime), bootId: undefined, planned: false };
}

function nodeCommit({ after, object, revision }: StoreEvent, at: number): NodeCommit {
  const node = parseNode(object);
  const beat = String(node?.readyHeartbeat ?? '');
  const planned = node?.terminating ?? false;
  return { at, revision, of: 'node', gone: after === undefined, beat, bootId: node?.bootId, planned };
}
