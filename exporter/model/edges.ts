import type { LeaseState, NodeState, RoundEvent } from './event.ts';

/** For every state the states that may follow it, each with the reason in a few words. */
export type Edges<S extends string> = Readonly<Record<S, Readonly<Partial<Record<S, string>>>>>;

/**
 * The drawing of the state machines in docs/judging.md. The machines do not look at it: tests hold what they
 * do against it, and it against what they do.
 */
export const leaseEdges: Edges<LeaseState> = {
  unknown: {
    held: 'a write is seen',
    expired: 'a whole duration passes and a read shows no write, or none came in the gap',
    released: 'no holder, and it had one before',
    vacant: 'no holder, and it never had one',
    orphaned: 'unrenewed since long before we looked',
    deleted: 'deleted',
  },
  held: {
    expired: 'its time is up, and a read sent after that shows the same record',
    released: 'its holder gives it up',
    deleted: 'deleted',
    unknown: 'we cannot see, the read fails or shows what the watch does not tell, or another is named',
  },
  expired: {
    held: 'renewed or taken over',
    orphaned: 'no Pod of its workload is left, and it never wrote before our eyes',
    released: 'its holder gives it up',
    deleted: 'deleted',
    unknown: 'we cannot see, or a read shows what the watch does not tell',
  },
  released: {
    held: 'acquired',
    vacant: 'another lease of its name, which nobody ever had',
    expired: 'who was named in a coordinated election never wrote',
    orphaned: 'nobody took it for 10 min, and no Pod of its workload is left',
    deleted: 'deleted',
    unknown: 'we cannot see',
  },
  vacant: {
    held: 'acquired',
    expired: 'who was named in a coordinated election never wrote',
    released: 'held and released while we could not see',
    deleted: 'deleted',
    unknown: 'we cannot see',
  },
  orphaned: {
    held: 'renewed or taken over',
    released: 'its holder gives it up',
    deleted: 'deleted',
    unknown: 'we cannot see',
  },
  deleted: {
    held: 'created again by a holder',
    vacant: 'created again without a holder',
    released: 'created again, held and given up, while we could not see',
    unknown: 'a list shows it again',
  },
};

export const nodeEdges: Edges<NodeState> = {
  unknown: {
    alive: 'a heartbeat is heard',
    late: 'silent for two thirds of its duration',
    lost: 'silent for the grace period, and a read shows no heartbeat',
    terminating: 'it is to go',
    orphan: 'a lease without a Node',
  },
  alive: {
    late: 'silent for two thirds of its duration',
    lost: 'silent for the grace period, which is shorter, and a read shows no heartbeat',
    terminating: 'it is to go',
    orphan: 'its Node is gone, its lease is not',
    unknown: 'we cannot see, or the read fails',
  },
  late: {
    alive: 'a heartbeat is heard',
    lost: 'silent for the grace period, and a read shows no heartbeat',
    terminating: 'it is to go',
    orphan: 'its Node is gone, its lease is not',
    unknown: 'we cannot see, or the read fails',
  },
  lost: {
    alive: 'a heartbeat is heard',
    terminating: 'it is to go',
    orphan: 'its Node is gone, its lease is not',
    unknown: 'we cannot see',
  },
  terminating: {
    alive: 'it stays after all',
    late: 'it stays after all, but is silent',
    orphan: 'its Node is gone, its lease is not',
    unknown: 'we cannot see',
  },
  orphan: {
    alive: 'its Node is there again',
    late: 'its Node is there again, but silent',
    terminating: 'its Node is there again, and is to go',
    unknown: 'we cannot see',
  },
};

export const roundEdges: Edges<RoundEvent['step']> = {
  opened: {
    acquired: 'somebody holds it',
    lost: 'who was named in a coordinated election never wrote',
    closed: 'recreated by the same holder, or abandoned',
  },
  acquired: {
    lost: 'the new holder is gone before its first renewal',
    closed: 'the first renewal: elected, or resumed by the same holder',
  },
  lost: {
    acquired: 'somebody holds it',
    lost: 'who was named next in a coordinated election never wrote either',
    closed: 'abandoned',
  },
  closed: {},
};
