import type { Clock } from '../clock.ts';
import { startDeadline } from './deadline.ts';
import { type Failure, failureOfError, failureOfResponse } from './failure.ts';
import { itemsOf, member, parseJson, textOf } from './json.ts';
import { type NodePod, parseNodePod } from './parse-node-pod.ts';
import { type KubeTransport, readText } from './transport.ts';

export interface NodePodsRead {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  readonly node: string;
  readonly stop: AbortSignal;
}

/** Longest wait for a whole answer (ms). */
const answerMs = 10_000;
const pageSize = 250;

/** Names, UIDs and annotations are all in the metadata: no need to have the rest sent. */
const metadataOnly = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/** The Pods that are bound to a node, as the API server has them. */
export async function readNodePods(read: NodePodsRead): Promise<readonly NodePod[] | Failure> {
  const pods: NodePod[] = [];
  let token = '';
  do {
    const page = await readPage(read, token);
    if ('reason' in page) return page;
    pods.push(...page.pods);
    token = page.token;
  } while (token !== '' && !read.stop.aborted);
  return pods;
}

interface Page {
  readonly pods: readonly NodePod[];
  readonly token: string;
}

async function readPage(
  { transport, clock, node, stop }: NodePodsRead,
  token: string,
): Promise<Page | Failure> {
  const query = new URLSearchParams({ fieldSelector: `spec.nodeName=${node}`, limit: String(pageSize) });
  if (token !== '') query.set('continue', token);
  const deadline = startDeadline(clock, answerMs, stop);
  try {
    const response = await transport.request({
      ...{ method: 'GET', path: `/api/v1/pods?${query}`, headers: { accept: metadataOnly } },
      ...{ signal: deadline.signal, idleMs: answerMs },
    });
    if (response.status !== 200) return await failureOfResponse(response);
    return pageOf(await readText(response.body));
  } catch (error) {
    return failureOfError(error, deadline.expired() ? 'timeout' : 'unreachable');
  } finally {
    deadline.clear();
  }
}

function pageOf(text: string): Page | Failure {
  const json = parseJson(text);
  const items = 'value' in json ? member(json.value, 'items') : undefined;
  if (!('value' in json) || !Array.isArray(items)) {
    const why = 'value' in json ? 'it has no items' : json.why;
    return { reason: 'unreadable', why: `the list of Pods is unreadable: ${why}`, relist: false };
  }
  const pods = itemsOf(items).flatMap((item) => parseNodePod(item) ?? []);
  return { pods, token: textOf(member(json.value, 'metadata', 'continue')) ?? '' };
}
