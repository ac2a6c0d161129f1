import type { Clock } from './clock.ts';
import { HolderFinder } from './kube/find-holder.ts';
import { answerLease } from './kube/read-lease.ts';
import { answerLeases, answerRevision } from './kube/read-leases.ts';
import type { Collection } from './kube/reflection.ts';
import type { KubeTransport } from './kube/transport.ts';
import type { Answer, Ask, LeaseRecord, SourceName } from './model/observation.ts';

export interface AnswerParts {
  /** Absent when nothing of Kubernetes is watched. */
  readonly transport: KubeTransport | undefined;
  readonly clock: Clock;
  /** The Leases that each source watches. */
  readonly collections: ReadonlyMap<SourceName, Collection<LeaseRecord>>;
  readonly stop: AbortSignal;
}

/** Whoever answers the questions of the model, by reads that are sent now or, where they can wait, soon. */
export function createAnswers(parts: AnswerParts): (ask: Ask) => Promise<Answer> {
  const { transport, clock, collections, stop } = parts;
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
        return answerRevision(reader, ask, collectionOf(collections, ask.source));
      case 'list-leases':
        return answerLeases(reader, ask, collectionOf(collections, ask.source));
    }
  };
}

/** The model asks only about what a source told it, and without a transport there is no such source. */
function nobody(ask: Ask): never {
  throw new Error(`answers: nobody can be asked: ${JSON.stringify(ask)}`);
}

function collectionOf(collections: AnswerParts['collections'], source: SourceName): Collection<LeaseRecord> {
  const collection = collections.get(source);
  if (collection === undefined)
    throw new Error(`answers: the model asks for a source "${source}" that is not there`);
  return collection;
}
