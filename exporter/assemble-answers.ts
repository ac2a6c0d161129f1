import type { Clock } from './clock.ts';
import { answerLease } from './kube/read-lease.ts';
import { answerLeases, answerRevision } from './kube/read-leases.ts';
import type { Collection } from './kube/reflection.ts';
import type { KubeTransport } from './kube/transport.ts';
import type { Answer, Ask, LeaseRecord, SourceName } from './model/observation.ts';

export interface AnswerParts {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** The Leases that each source watches. */
  readonly collections: ReadonlyMap<SourceName, Collection<LeaseRecord>>;
}

/** Has a question of the model answered by a read that is sent now. */
export function answer({ collections, ...from }: AnswerParts, ask: Ask, stop: AbortSignal): Promise<Answer> {
  const reader = { ...from, stop };
  switch (ask.kind) {
    case 'read-lease':
      return answerLease(reader, ask);
    case 'read-revision':
      return answerRevision(reader, ask, collectionOf(collections, ask.source));
    case 'list-leases':
      return answerLeases(reader, ask, collectionOf(collections, ask.source));
  }
}

function collectionOf(collections: AnswerParts['collections'], source: SourceName): Collection<LeaseRecord> {
  const collection = collections.get(source);
  if (collection === undefined)
    throw new Error(`answers: the model asks for a source "${source}" that is not there`);
  return collection;
}
