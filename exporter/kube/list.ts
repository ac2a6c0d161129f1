import type { Moment } from '../clock.ts';
import { startDeadline, withoutSilence } from './deadline.ts';
import type { ListPage } from './decoder.ts';
import { type Failure, failureOfError, failureOfResponse } from './failure.ts';
import type { Collection } from './reflection.ts';
import { isRefused, letGo, requestDecodable } from './request-decodable.ts';
import type { KubeResponse } from './transport.ts';

export interface Listed<T> {
  readonly kind: 'listed';
  readonly sentAt: Moment;
  readonly resourceVersion: string;
  readonly items: readonly T[];
}

export interface Failed {
  readonly kind: 'failed';
  readonly failure: Failure;
}

/**
 * Reads a complete list, page by page. It is handed over whole or not at all, so that nobody ever takes
 * the objects of a page that did not come for deleted ones.
 */
export async function listAll<T>(collection: Collection<T>, stop: AbortSignal): Promise<Listed<T> | Failed> {
  const sentAt = collection.clock.now();
  const items: T[] = [];
  let token = '';
  do {
    const page = await readPage(collection, token, stop);
    if (page.kind === 'failed') return page;
    for (const item of page.items) items.push(item);
    if (page.continue === '') return { kind: 'listed', sentAt, resourceVersion: page.resourceVersion, items };
    token = page.continue;
  } while (!stop.aborted);
  return { kind: 'failed', failure: { reason: 'closed', why: 'stopped', relist: true } };
}

async function readPage<T>(
  collection: Collection<T>,
  token: string,
  stop: AbortSignal,
): Promise<ListPage<T> | Failed> {
  const deadline = startDeadline(collection.clock, collection.limits.answerMs, stop);
  try {
    const { signal } = deadline;
    const response = await requestDecodable(collection, 'list', {
      path: pagePath(collection, token),
      signal,
    });
    if (isRefused(collection.decoder, response)) {
      await letGo(response);
      return await readPage(collection, token, stop);
    }
    const body = withoutSilence(response.body, deadline, collection.limits.answerMs);
    return await decode(collection, { ...response, body });
  } catch (error) {
    return { kind: 'failed', failure: failureOfError(error, deadline.expired() ? 'timeout' : 'unreachable') };
  } finally {
    deadline.clear();
  }
}

async function decode<T>(collection: Collection<T>, response: KubeResponse): Promise<ListPage<T> | Failed> {
  if (response.status !== 200) return { kind: 'failed', failure: await failureOfResponse(response) };
  const page = await collection.decoder.list(response.body, response.headers['content-type']);
  if (page.kind === 'page') return page;
  return { kind: 'failed', failure: { reason: 'unreadable', why: page.why, relist: true } };
}

function pagePath<T>(collection: Collection<T>, token: string): string {
  const query = new URLSearchParams(collection.query);
  query.set('limit', String(collection.limits.pageSize));
  if (token !== '') query.set('continue', token);
  return `${collection.path}?${query}`;
}
