import { type Duration, type Query, series } from '../../exporter/promql.ts';
import { type Input, line, type Part, selector } from './story.ts';

type Labels = Readonly<Record<string, string>>;

/** Where a sample was scraped. */
export const target = { job: 'leasewatch', instance: 'a:9465' } as const;
export const secondTarget = { job: 'leasewatch', instance: 'b:9465' } as const;

const leaseStates = ['held', 'expired', 'released', 'vacant', 'orphaned', 'deleted', 'unknown'] as const;
type LeaseState = (typeof leaseStates)[number];
type NodeState = 'alive' | 'late' | 'lost' | 'terminating' | 'orphan' | 'unknown';

/** One or several series of one metric of the exporter. */
export function told(query: Query, labels: Labels, ...parts: readonly Part[]): Input {
  return { [selector(query.promql, labels)]: line(...parts) };
}

/** A process of leasewatch that answers and sees for a whole story. */
export function leasewatch(
  lasts: Duration,
  { at = target, mode = 'cluster' }: { at?: Labels; mode?: string } = {},
): Input {
  return {
    [selector('up', at)]: line([1, lasts]),
    ...sees([1, lasts], { at }),
    ...told(series('source_up'), { ...at, source: 'nodes' }, [1, lasts]),
    ...told(series('build_info'), { ...at, mode, version: '0.1.0', node_version: 'v24' }, [1, lasts]),
  };
}

export function sees(
  part: Part,
  { at = target, source = 'leases' }: { at?: Labels; source?: string } = {},
): Input {
  return told(series('source_up'), { ...at, source }, part);
}

interface LeaseOptions {
  readonly at?: Labels;
  readonly namespace?: string;
  readonly class?: string;
  readonly duration?: number;
  readonly holder?: string;
}

type LeasePart = readonly [state: LeaseState | 'failed' | 'absent', lasts: Duration];

/** All that a scrape tells of one lease while it goes through these states. */
export function lease(name: string, options: LeaseOptions, ...parts: readonly LeasePart[]): Input {
  const labels = { ...(options.at ?? target), namespace: options.namespace ?? 'shop', lease: name };
  const kind = options.class ?? 'election';
  const states = leaseStates.map((state) =>
    told(
      series('lease_state'),
      { ...labels, class: kind, state },
      ...parts.map((part) => shown(state, part)),
    ),
  );
  const living = (value: number) => parts.map((part) => whileLiving(value, part));
  const holder = { holder: options.holder ?? `${name}-0`, class: kind };
  return {
    ...Object.assign({}, ...states),
    ...told(series('lease_duration_seconds'), labels, ...living(options.duration ?? 15)),
    ...told(series('lease_info'), { ...labels, ...holder }, ...living(1)),
    // Renewed until the story began: good enough to tell an age.
    ...told(series('lease_observed_renewal_timestamp_seconds'), labels, ...living(0)),
  };
}

function shown(of: LeaseState, [state, lasts]: LeasePart): Part {
  if (state === 'failed' || state === 'absent') return [state, lasts];
  return [state === of ? 1 : 0, lasts];
}

function whileLiving(value: number, [state, lasts]: LeasePart): Part {
  if (state === 'failed' || state === 'absent') return [state, lasts];
  return state === 'deleted' ? ['failed', lasts] : [value, lasts];
}

type NodePart = readonly [state: NodeState | 'failed' | 'absent', lasts: Duration];

/** A node has one series at a time: that of its state. */
export function node(name: string, ...parts: readonly NodePart[]): Input {
  const states = new Set(
    parts.map(([state]) => state).filter((state) => state !== 'failed' && state !== 'absent'),
  );
  const rows = [...states].map((state) =>
    told(
      series('node_heartbeat_state'),
      { ...target, node: name, state },
      ...parts.map((part, index) => ofNode(state, part, parts[index - 1])),
    ),
  );
  const heard = told(
    series('node_heartbeat_observed_timestamp_seconds'),
    { ...target, node: name },
    ...parts.map(([, lasts]): Part => [0, lasts]),
  );
  return { ...Object.assign({}, ...rows), ...heard };
}

/** A series that ends is marked stale by the scrape that misses it. */
function ofNode(of: NodeState, [state, lasts]: NodePart, before: NodePart | undefined): Part {
  if (state === of) return [1, lasts];
  return [before?.[0] === of ? 'failed' : 'absent', lasts];
}

export function massSilence(kind: string, ...parts: readonly Part[]): Input {
  return told(series('mass_silence'), { ...target, class: kind }, ...parts);
}

export function ofLease(name: string, namespace = 'shop'): Labels {
  return { ...target, namespace, lease: name };
}
