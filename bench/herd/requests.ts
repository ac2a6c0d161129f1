import type { IncomingMessage, ServerResponse } from 'node:http';
import { eventLine, type Herdsman } from './herdsman.ts';
import { leaseText } from './objects.ts';

const leasePath =
  /^\/apis\/coordination\.k8s\.io\/v1(?:\/namespaces\/(?<namespace>[^/]+))?\/leases(?:\/(?<name>[^/]+))?$/;

/** Lists in pages, reads and watches of leases, and lists of nodes, which never change. Nothing else is there. */
export function answerRequest(herdsman: Herdsman, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://herd');
  const lease = leasePath.exec(url.pathname)?.groups;
  if (url.searchParams.has('sendInitialEvents')) return refuse(response, 422, 'Invalid');
  if (lease?.name !== undefined) return readOne(herdsman, response, `${lease.namespace}/${lease.name}`);
  if (lease !== undefined) return leases(herdsman, url, response);
  if (url.pathname === '/api/v1/nodes') return nodes(herdsman, url, response);
  if (url.pathname === '/api/v1/namespaces/kube-system') return send(response, 200, kubeSystem);
  if (url.pathname === '/version')
    return send(response, 200, '{"major":"1","minor":"35","gitVersion":"v1.35.0"}');
  refuse(response, 404, 'NotFound');
}

const kubeSystem =
  '{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"kube-system","uid":"00000000-0000-4000-8000-000000000000","resourceVersion":"1"}}';

function leases(herdsman: Herdsman, { searchParams }: URL, response: ServerResponse): void {
  if (isWatch(searchParams)) {
    herdsman.leaseWatchers.add(response);
    const known = Number(searchParams.get('resourceVersion') ?? 0);
    const missed = herdsman.leases.filter(({ resourceVersion }) => resourceVersion > known);
    for (const lease of missed) response.write(eventLine(lease));
    return;
  }
  const { from, to } = pageOf(searchParams, herdsman.leases.length);
  const kind = '"kind":"LeaseList","apiVersion":"coordination.k8s.io/v1"';
  sendList(
    response,
    kind,
    herdsman,
    herdsman.leases.slice(from, to).map(leaseText),
    to,
    herdsman.leases.length,
  );
}

function nodes(herdsman: Herdsman, { searchParams }: URL, response: ServerResponse): void {
  if (isWatch(searchParams)) {
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    return;
  }
  const { from, to } = pageOf(searchParams, herdsman.nodes);
  const texts = [...herdsman.nodeTexts(from, to)];
  sendList(response, '"kind":"NodeList","apiVersion":"v1"', herdsman, texts, to, herdsman.nodes);
}

function isWatch(parameters: URLSearchParams): boolean {
  return ['1', 'true'].includes(parameters.get('watch') ?? '');
}

/** The continue token is where the next page begins. */
function pageOf(parameters: URLSearchParams, length: number): { from: number; to: number } {
  const from = Number(parameters.get('continue') ?? 0);
  const limit = Number(parameters.get('limit') ?? 0);
  return { from, to: limit === 0 ? length : Math.min(length, from + limit) };
}

function sendList(
  response: ServerResponse,
  kind: string,
  { resourceVersion }: Herdsman,
  items: readonly string[],
  to: number,
  length: number,
): void {
  const token = to < length ? `,"continue":"${to}"` : '';
  send(
    response,
    200,
    `{${kind},"metadata":{"resourceVersion":"${resourceVersion}"${token}},"items":[${items.join(',')}]}`,
  );
}

function readOne({ byName }: Herdsman, response: ServerResponse, name: string): void {
  const lease = byName.get(name);
  if (lease === undefined) refuse(response, 404, 'NotFound');
  else send(response, 200, leaseText(lease));
}

function refuse(response: ServerResponse, code: number, reason: string): void {
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message: reason, code };
  send(response, code, JSON.stringify(status));
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(text);
}
