import type { PortCensus, PortOrigin } from '../model/observation.ts';
import type { ConnectionTable } from './connection-table.ts';
import { type RowTaker, type SocketRow, tcpState, tcpTimer } from './proc-net-tcp.ts';

/** Counts the rows of one namespace's socket tables by port. */
export interface SocketTally extends RowTaker {
  /** Call once, when both tables were read whole. */
  result(): readonly PortCensus[];
  /** The inodes of the sockets that listen. */
  readonly listeners: readonly number[];
}

export interface TallyOptions {
  /** Declared ports: told even where nobody listens. */
  readonly ports: readonly number[];
  /** Where they are declared. */
  readonly origin: PortOrigin;
  /** Count the ports on which somebody listens, too. */
  readonly find: boolean;
  readonly connections: ConnectionTable;
}

type Counts = { -readonly [K in keyof Omit<PortCensus, 'states' | 'ages' | 'ended'>]: PortCensus[K] };

interface PortTally {
  readonly counts: Counts;
  /** By the kernel's number of the state. */
  readonly states: number[];
  readonly ages: number[];
  /** By lifetime in whole seconds. */
  readonly ended: Map<number, number>;
}

/** The kernel writes listening sockets before all others: a port that is to be found is known in time. */
export function newTally({ ports, origin, find, connections }: TallyOptions): SocketTally {
  const tallies = new Map(ports.map((port) => [port, emptyTally(port, origin)]));
  const listeners: number[] = [];
  return {
    listeners,
    wanted: ({ localPort, state }) =>
      tallies.has(localPort) ||
      (find && state === tcpState.listen && localPort !== 0 && !isOfTheMesh(localPort)),
    take(row) {
      let tally = tallies.get(row.localPort);
      if (tally === undefined) {
        tally = emptyTally(row.localPort, 'found');
        tallies.set(row.localPort, tally);
      }
      if (row.state === tcpState.listen) listeners.push(row.inode);
      count(tally, row, connections);
    },
    result() {
      connections.end((port, lifetimeMs) => {
        const tally = tallies.get(port);
        if (tally === undefined) return;
        tally.counts.closed++;
        if (lifetimeMs === undefined) return;
        const seconds = Math.round(lifetimeMs / 1000);
        tally.ended.set(seconds, (tally.ended.get(seconds) ?? 0) + 1);
      });
      return Array.from(tallies.values(), told);
    },
  };
}

/** Proxies of Istio and Linkerd hand on to the server: their connections are those of its clients once more. */
function isOfTheMesh(port: number): boolean {
  return (port >= 15_000 && port < 15_100) || linkerdPorts.has(port);
}

const linkerdPorts: ReadonlySet<number> = new Set([4140, 4143, 4190, 4191]);

function emptyTally(port: number, origin: PortOrigin): PortTally {
  return {
    counts: {
      ...{ port, origin, listening: false, established: 0, near: 0, unaccepted: 0, closing: 0 },
      ...{ ghosts: 0, stalled: 0, deadStalled: 0, acceptQueue: 0 },
      ...{ sendQueueBytes: 0, longestSendQueueBytes: 0, closed: 0 },
    },
    states: Array.from({ length: tcpState.closing + 1 }, () => 0),
    ages: [],
    ended: new Map(),
  };
}

function count(tally: PortTally, row: SocketRow, connections: ConnectionTable): void {
  const { counts, states } = tally;
  const others = states[row.state];
  if (others !== undefined) states[row.state] = others + 1;
  switch (row.state) {
    case tcpState.established:
      // A connection that the application has not accepted yet is established, but has no inode.
      if (row.inode === 0) counts.unaccepted++;
      else countConnection(tally, row, connections);
      return;
    case tcpState.listen:
      counts.listening = true;
      // Several sockets may share a port, each with a queue of its own.
      counts.acceptQueue += row.rxQueue;
      return;
    case tcpState.fin_wait1:
    case tcpState.fin_wait2:
    case tcpState.close_wait:
    case tcpState.last_ack:
    case tcpState.closing:
      // TIME_WAIT is over for the application: not counted.
      counts.closing++;
  }
}

function countConnection({ counts, ages }: PortTally, row: SocketRow, connections: ConnectionTable): void {
  const age = connections.see(row.inode, row.localPort, row.remotePort);
  if (age === undefined) return;
  counts.established++;
  if (row.near) counts.near++;
  ages.push(age);
  counts.sendQueueBytes += row.txQueue;
  counts.longestSendQueueBytes = Math.max(counts.longestSendQueueBytes, row.txQueue);
  const suspicion = suspicionOf(row);
  if (suspicion !== undefined) counts[suspicion]++;
}

/**
 * After five retransmissions in a row the peer has not answered for more than six seconds, at the kernel's
 * shortest timeout. A closed window is probed; one probe may be on its way, two without an answer are not.
 */
const ghostRetransmits = 5;
const deadProbes = 2;

function suspicionOf(row: SocketRow): 'ghosts' | 'stalled' | 'deadStalled' | undefined {
  if (row.timer === tcpTimer.retransmit && row.txQueue > 0) {
    return row.retransmits >= ghostRetransmits ? 'ghosts' : undefined;
  }
  if (row.timer === tcpTimer.zeroWindow && row.txQueue > 0) {
    return row.probes >= deadProbes ? 'deadStalled' : 'stalled';
  }
  return row.timer === tcpTimer.keepalive && row.probes >= deadProbes ? 'ghosts' : undefined;
}

function told({ counts, states, ages, ended }: PortTally): PortCensus {
  return {
    ...{ ...counts, states: statesOf(states), ages: spread(ages) },
    ended: [...ended].sort(([a], [b]) => a - b),
  };
}

function statesOf(counted: readonly number[]): PortCensus['states'] {
  const of = (state: number) => counted[state] ?? 0;
  return {
    ...{ established: of(tcpState.established), syn_sent: of(tcpState.syn_sent) },
    ...{ syn_recv: of(tcpState.syn_recv), fin_wait1: of(tcpState.fin_wait1) },
    ...{ fin_wait2: of(tcpState.fin_wait2), time_wait: of(tcpState.time_wait), close: of(tcpState.close) },
    ...{ close_wait: of(tcpState.close_wait), last_ack: of(tcpState.last_ack) },
    ...{ listen: of(tcpState.listen), closing: of(tcpState.closing) },
  };
}

/** Sorted as plain numbers in place: a hundred thousand of them take some milliseconds. */
function spread(ages: readonly number[]): PortCensus['ages'] {
  if (ages.length === 0) return undefined;
  const sorted = Float64Array.from(ages).sort();
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0) / 1000;
  return { min: at(0), p50: at(0.5), p90: at(0.9), max: at(1) };
}
