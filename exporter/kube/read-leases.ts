import type {
  LeaseRecord,
  LeasesObservation,
  ListLeases,
  ReadRevision,
  RevisionObservation,
} from '../model/observation.ts';
import { failureOfResponse } from './failure.ts';
import { listAll } from './list.ts';
import type { Collection } from './reflection.ts';
import { requestDecodable } from './request-decodable.ts';
import { answerMs, type Reader, timedRead } from './timed-read.ts';

/**
 * How far the server is, past every cache: a list of at most one object tells the revision at which it was
 * made. Once the watch has told everything up to there, what it did not tell did not happen.
 */
export async function answerRevision(
  reader: Reader,
  ask: ReadRevision,
  leases: Collection<LeaseRecord>,
): Promise<RevisionObservation> {
  const read = await timedRead(reader, (signal) => readRevision(leases, signal));
  return { kind: 'revision', ask, ...read };
}

async function readRevision(
  leases: Collection<LeaseRecord>,
  signal: AbortSignal,
): Promise<RevisionObservation['result']> {
  const { path, query, decoder } = leases;
  const response = await requestDecodable(leases, 'list', {
    path: `${path}?${new URLSearchParams({ ...query, limit: '1' })}`,
    signal,
    idleMs: answerMs,
  });
  if (response.status !== 200) return { failed: (await failureOfResponse(response)).why };
  const page = await decoder.list(response.body, response.headers['content-type']);
  return page.kind === 'page' ? { revision: page.resourceVersion } : { failed: page.why };
}

/** All Leases of a source, past every cache: for many suspects of whom the watch says nothing. */
export async function answerLeases(
  reader: Reader,
  ask: ListLeases,
  leases: Collection<LeaseRecord>,
): Promise<LeasesObservation> {
  const sentAt = reader.clock.now();
  const listed = await listAll(leases, reader.stop);
  const result = listed.kind === 'failed' ? { failed: listed.failure.why } : { listed: listed.items };
  return { kind: 'leases', ask, sentAt, at: reader.clock.now(), result };
}
