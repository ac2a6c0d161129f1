import type { Clock } from './clock.ts';
import { HolderFinder } from './kube/find-holder.ts';
import { answerLease } from './kube/read-lease.ts';
import { answerLeases, answerRevision } from './kube/read-leases.ts';
import type { KubeTransport } from './kube/transport.ts';
import type { Answer, Ask, SourceName } from './model/observation.ts';
import type { LeaseSource } from './sources/leases.ts';

export interface AnswerParts {
  /** Absent when nothing of Kubernetes is watched. */
  readonly transport: KubeTransport | undefined;
  readonly clock: Clock;
  /** Whoever watches Leases. */
  readonly sources: readonly LeaseSource[];
  readonly stop: AbortSignal;
}

/** Whoever answers the questions of the model, by reads that are sent now or, where they can wait, soon. */
export function createAnswers(parts: AnswerParts): (ask: Ask) => Promise<Answer> | undefined {
  const { transport, clock, sources, stop } = parts;
  if (transport === undefined) return nobody;
  const reader = { transport, clock, stop };
  const finder = new HolderFinder(reader);
  return (ask) => {
    switch (ask.kind) {
      case 'read-lease':
        return answerLease(reader, ask);
      case 'find-holder':
        return finder.find(ask);
      case 'read-revision':
        return answerRevision(reader, ask, sourceOf(sources, ask.source).collection);
      case 'list-leases':
        return answerLeases(reader, ask, sourceOf(sources, ask.source).collection);
      case 'restart-watch':
        return void sourceOf(sources, ask.source).restart(ask.relist);
    }
  };
}

/** The model asks only about what a source told it, and without a transport there is no such source. */
function nobody(ask: Ask): never {
  throw new Error(`answers: nobody can be asked: ${JSON.stringify(ask)}`);
}

function sourceOf(sources: readonly LeaseSource[], wanted: SourceName): LeaseSource {
  const source = sources.find(({ name }) => name === wanted);
  if (source === undefined)
    throw new Error(`answers: the model asks for a source "${wanted}" that is not there`);
  return source;
}
