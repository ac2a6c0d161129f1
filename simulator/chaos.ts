import { between, pick, seededRandom } from './random.ts';

export { seededRandom } from './random.ts';

export type FaultKind =
  | 'kill-leader'
  | 'release-leader'
  | 'hang-leader'
  | 'delete-lease'
  | 'cut-node'
  | 'reboot-node'
  | 'expire-watches'
  | 'break-watches'
  | 'lag-watches'
  | 'pause-api'
  | 'drop-connections';

export interface Fault {
  /** From the start of the story, in milliseconds. */
  readonly atMs: number;
  readonly fault: FaultKind;
  /** A lease as `namespace/name`, a node, or `api` or `chat`. */
  readonly target: string;
  /** After this it mends by itself: restarts, wakes, is connected again. 0 where there is nothing to mend. */
  readonly forMs: number;
}

export interface Cast {
  readonly leases: readonly CastLease[];
  readonly nodes: readonly string[];
}

export interface CastLease {
  readonly name: string;
  readonly durationSeconds: number;
  readonly retryPeriodSeconds: number;
}

/** Until then nothing but the first fault touches the lease of the first round, nor the API server. */
export const calmUntilMs = 20_000;
/** From then on also what blinds the watcher: not while a first visitor waits for a first round. */
export const blindingFromMs = 35_000;

/** Slowest end of a round after a fault on its leader, in ms: run out, noticed late, taken, renewed once. */
export function slowestRoundMs(lease: CastLease): number {
  const retryMs = lease.retryPeriodSeconds * 1000;
  return lease.durationSeconds * 1000 + 2 * 2.2 * retryMs + retryMs;
}

/**
 * The faults of one run, oldest first: the same seed and cast give the same list. The first one, at 3 to 5 s,
 * takes the leader of a short lease away, so that a round has closed by `calmUntilMs` whatever the seed.
 */
export function schedule(seed: number, cast: Cast, durationMs: number): readonly Fault[] {
  const random = seededRandom(seed);
  const busyUntil = new Map<string, number>();
  const faults: Fault[] = [];
  const first = firstFault(random, cast);
  const add = (fault: Fault) => {
    faults.push(fault);
    for (const name of touched(fault)) busyUntil.set(name, fault.atMs + quietMs(fault, cast));
  };
  add(first);
  busyUntil.set(first.target, calmUntilMs);
  let atMs = first.atMs;
  for (;;) {
    atMs += between(random, 3000, 6000);
    if (atMs >= durationMs) return faults;
    const free = candidates(cast, Math.round(atMs)).filter((fault) => idle(fault, busyUntil));
    if (free.length > 0) add(withLength(random, pick(random, weighted(free))));
  }
}

function firstFault(random: () => number, cast: Cast): Fault {
  const short = cast.leases.filter((lease) => 5000 + slowestRoundMs(lease) <= calmUntilMs);
  const fault = pick(random, ['kill-leader', 'release-leader'] as const);
  const atMs = Math.round(between(random, 3000, 5000));
  return withLength(random, { atMs, fault, target: pick(random, short).name, forMs: 0 });
}

function candidates(cast: Cast, atMs: number): readonly Fault[] {
  const on = (fault: FaultKind, targets: readonly string[]): readonly Fault[] =>
    targets.map((target) => ({ atMs, fault, target, forMs: 0 }));
  const leases = cast.leases.map((lease) => lease.name);
  const always = leaseFaults.flatMap((fault) => on(fault, leases)).concat(on('drop-connections', ['chat']));
  if (atMs < blindingFromMs) return always;
  return [
    ...always,
    ...on('cut-node', cast.nodes),
    ...on('reboot-node', cast.nodes),
    ...on('expire-watches', ['api']),
    ...on('break-watches', ['api']),
    ...on('lag-watches', ['api']),
    ...on('pause-api', ['api']),
  ];
}

const leaseFaults: readonly FaultKind[] = ['kill-leader', 'release-leader', 'hang-leader', 'delete-lease'];

const weights: Readonly<Record<FaultKind, number>> = {
  'kill-leader': 4,
  'release-leader': 3,
  'hang-leader': 2,
  'delete-lease': 1,
  'cut-node': 1,
  'reboot-node': 1,
  'expire-watches': 2,
  'break-watches': 2,
  'lag-watches': 2,
  'pause-api': 3,
  'drop-connections': 4,
};

function weighted(faults: readonly Fault[]): readonly Fault[] {
  return faults.flatMap((fault) => Array.from({ length: weights[fault.fault] }, () => fault));
}

/** Milliseconds from and to, by kind. */
const lengths: Readonly<Record<FaultKind, readonly [number, number]>> = {
  'kill-leader': [3000, 8000],
  'release-leader': [1000, 3000],
  'hang-leader': [18_000, 30_000],
  'delete-lease': [0, 0],
  'cut-node': [60_000, 90_000],
  'reboot-node': [15_000, 60_000],
  'expire-watches': [0, 0],
  'break-watches': [0, 0],
  'lag-watches': [10_000, 20_000],
  'pause-api': [3000, 25_000],
  'drop-connections': [0, 0],
};

function withLength(random: () => number, fault: Fault): Fault {
  const [low, high] = lengths[fault.fault];
  return { ...fault, forMs: Math.round(between(random, low, high)) };
}

/** A node that is away may carry any leader, and a silent API server touches all: they share one name. */
const everything = 'everything';

function touched(fault: Fault): readonly string[] {
  return wide(fault.fault) ? [fault.target, everything] : [fault.target];
}

function wide(fault: FaultKind): boolean {
  return fault === 'cut-node' || fault === 'reboot-node' || fault === 'pause-api';
}

function idle(fault: Fault, busyUntil: ReadonlyMap<string, number>): boolean {
  return touched(fault).every((name) => (busyUntil.get(name) ?? 0) <= fault.atMs);
}

function quietMs(fault: Fault, cast: Cast): number {
  const lease = cast.leases.find((each) => each.name === fault.target);
  return fault.forMs + (lease === undefined ? 10_000 : slowestRoundMs(lease));
}
