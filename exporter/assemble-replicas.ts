import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Delivery } from './assemble-delivery.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { KubeTransport } from './kube/transport.ts';
import type { Observation } from './model/observation.ts';
import type { ModelView } from './model/view.ts';
import { Election } from './replica/election.ts';
import { Handover } from './replica/handover.ts';
import { electionSource } from './replica/standing.ts';
import type { Tenure } from './replica/tenure.ts';

export interface ReplicaParts {
  readonly config: Config;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly transport: KubeTransport | undefined;
  readonly delivery: Delivery;
  /** Given where replicas are configured: the permission to send that the election decides about. */
  readonly tenure: Tenure | undefined;
  readonly view: ModelView;
  /** Sources that must see before this replica can vouch for what it has sent. */
  readonly sources: readonly string[];
  readonly emit: (observation: Observation) => void;
}

/** This process among its peers. */
export interface Peers {
  /** Takes part in the election until `stop`. Never rejects. */
  run(stop: AbortSignal): Promise<void>;
  /** Looks for changes of our own lease among what is observed. */
  notice(observation: Observation): void;
}

/** Under which name the election is told of among the sources, where there is one. */
export function electionNames({ replicas }: Config, { outbox }: Delivery): readonly string[] {
  return replicas === undefined || outbox === undefined ? [] : [electionSource];
}

/** Absent where there are no replicas, or nothing to push. */
export function joinReplicas(parts: ReplicaParts): Peers | undefined {
  const { config, clock, random, transport, delivery, tenure, view, sources, emit } = parts;
  const { outbox, routes } = delivery;
  const { replicas } = config;
  if (replicas === undefined || tenure === undefined || transport === undefined || outbox === undefined) {
    return undefined;
  }
  const { namespace, lease, pod = hostname() } = replicas;
  const handover = new Handover({ clock, outbox, routes, sees: () => allSee(view, sources) });
  const identity = `${pod}_${randomUUID()}`;
  const where = { transport, clock, random, namespace, lease, identity };
  const election = new Election({ ...where, tenure, handover, emit });
  return {
    async run(stop) {
      await Promise.all([handover.run(stop), election.run(stop)]);
    },
    notice(observation) {
      if (observation.kind !== 'lease') return;
      const { namespace: there, name } = observation.lease;
      if (name === lease && there === namespace) election.ring();
    },
  };
}

/** What is forbidden is forbidden to every replica, and no reason to wait. */
function allSee(view: ModelView, names: readonly string[]): boolean {
  return [...view.sources()].every(({ name, up, forbidden }) => up || forbidden || !names.includes(name));
}
