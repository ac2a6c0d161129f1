import type { Clock } from '../clock.ts';
import type { PodRecord } from '../model/observation.ts';
import { startDeadline } from './deadline.ts';
import { type Failure, failureOfError, failureOfResponse } from './failure.ts';
import { itemsOf, member, parseJson, textOf } from './json.ts';
import { parseContainers } from './parse-containers.ts';
import { type PodSketch, parsePod, parsePodMetadata } from './parse-pod.ts';
import { type KubeTransport, readText } from './transport.ts';

/** Longest wait for a whole answer (ms). */
const answerMs = 5_000;
/** Objects of a list that are looked at: more Pods than this are not counted. */
const mostPods = 500;

/**
 * One Pod is read whole: its Node and what became of it are not in its metadata, most of its bytes are
 * (`managedFields`), and a name that does not exist is answered with a short 404 either way. Lists are read
 * metadata-only: only names, owners and labels of them are of interest.
 */
const metadataOnly = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/** What a read of Pods needs. */
export interface PodReads {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  readonly stop: AbortSignal;
}

export interface Refused {
  readonly kind: 'refused';
  readonly failure: Failure;
}

export type PodRead =
  | { readonly kind: 'pod'; readonly pod: PodRecord; readonly sketch: PodSketch }
  | { readonly kind: 'absent' }
  | Refused;

export type PodList =
  | { readonly kind: 'list'; readonly pods: readonly PodSketch[]; readonly complete: boolean }
  | Refused;

/** Reads one Pod past every cache. */
export async function readPod(reads: PodReads, namespace: string, name: string): Promise<PodRead> {
  const path = `${podsPath(namespace)}/${encodeURIComponent(name)}`;
  const read = await get(reads, path, 'application/json');
  if ('status' in read) return read.status === 404 ? { kind: 'absent' } : unreadable();
  if (!('value' in read)) return read;
  const pod = parsePod(read.value);
  const sketch = parsePodMetadata(read.value);
  return pod === undefined || sketch === undefined ? unreadable() : { kind: 'pod', pod, sketch };
}

/** Names of the containers of a Pod by their IDs; none of a Pod that is gone. They are in its status. */
export async function readContainers(
  reads: PodReads,
  namespace: string,
  name: string,
): Promise<ReadonlyMap<string, string> | Failure> {
  const read = await get(reads, `${podsPath(namespace)}/${encodeURIComponent(name)}`, 'application/json');
  if ('status' in read) return new Map();
  return 'value' in read ? parseContainers(read.value) : read.failure;
}

/** Lists Pods by a query such as `labelSelector`, in one namespace or (when absent) in all: one page. */
export async function listPods(
  reads: PodReads,
  namespace: string | undefined,
  query: Readonly<Record<string, string>>,
): Promise<PodList> {
  const params = new URLSearchParams({ ...query, limit: String(mostPods) });
  const read = await get(reads, `${podsPath(namespace)}?${params}`, metadataOnly);
  if ('status' in read) return unreadable();
  if (!('value' in read)) return read;
  const pods = itemsOf(member(read.value, 'items')).flatMap((item) => parsePodMetadata(item) ?? []);
  const token = textOf(member(read.value, 'metadata', 'continue')) ?? '';
  return { kind: 'list', pods, complete: token === '' };
}

async function get(
  { transport, clock, stop }: PodReads,
  path: string,
  accept: string,
): Promise<{ readonly value: unknown } | { readonly status: 404 } | Refused> {
  const deadline = startDeadline(clock, answerMs, stop);
  try {
    const { signal } = deadline;
    const response = await transport.request({
      method: 'GET',
      path,
      headers: { accept },
      signal,
      idleMs: answerMs,
    });
    if (response.status === 200) return bodyOf(await readText(response.body));
    const failure = await failureOfResponse(response);
    return response.status === 404 ? { status: 404 } : { kind: 'refused', failure };
  } catch (error) {
    const failure = failureOfError(error, deadline.expired() ? 'timeout' : 'unreachable');
    return { kind: 'refused', failure };
  } finally {
    deadline.clear();
  }
}

function bodyOf(text: string): { readonly value: unknown } | Refused {
  const json = parseJson(text);
  return 'value' in json ? json : unreadable();
}

function unreadable(): Refused {
  return { kind: 'refused', failure: { reason: 'unreadable', why: 'the answer is no Pod', relist: false } };
}

function podsPath(namespace: string | undefined): string {
  return namespace === undefined
    ? '/api/v1/pods'
    : `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
}
