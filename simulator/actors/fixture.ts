import type { Clock } from '../../exporter/clock.ts';
import { type LeaseSpec, leaseClient } from '../../exporter/kube/lease-client.ts';
import { type KubeRequest, type KubeResponse, TransportError } from '../../exporter/kube/transport.ts';
import { type Link, link } from './link.ts';

/** Stores objects by path with optimistic concurrency: as much of an API server as an actor's own tests need. */
export interface TestServer {
  readonly transport: Link;
  readonly objects: Map<string, Record<string, unknown>>;
  /** Spec of a lease, read as a client does. */
  spec(namespace: string, name: string): Promise<LeaseSpec | undefined>;
}

export function testServer(clock: Clock): TestServer {
  const objects = new Map<string, Record<string, unknown>>();
  let version = 0;
  const store = (path: string, object: Record<string, unknown>): KubeResponse => {
    version += 1;
    const metadata = { uid: `uid-${version}`, ...part(object, 'metadata'), resourceVersion: String(version) };
    objects.set(path, { ...object, metadata });
    return answer(200, objects.get(path));
  };
  const handle = (request: KubeRequest): KubeResponse => {
    const path = request.path.replace(/\/status$/, '');
    const sent = record(JSON.parse(request.body ?? '{}'));
    if (request.method === 'POST') return create(path, sent);
    const held = objects.get(path);
    if (request.method === 'GET' && held === undefined && /s$/.test(path)) return answer(200, list(path));
    if (held === undefined) return answer(404, { kind: 'Status' });
    if (request.method === 'GET') return answer(200, held);
    if (request.method === 'DELETE') return answer(objects.delete(path) ? 200 : 404, { kind: 'Status' });
    const expected = part(sent, 'metadata').resourceVersion;
    const stale = expected !== undefined && expected !== part(held, 'metadata').resourceVersion;
    return stale ? answer(409, { kind: 'Status' }) : store(path, sent);
  };
  const create = (path: string, object: Record<string, unknown>): KubeResponse => {
    const full = `${path}/${String(part(object, 'metadata').name)}`;
    return objects.has(full) ? answer(409, { kind: 'Status' }) : store(full, object);
  };
  const list = (path: string) => ({
    items: [...objects].filter(([key]) => key.startsWith(`${path}/`)).map(([, object]) => object),
  });
  const transport = link({
    async request(request) {
      if (request.signal.aborted) throw new TransportError('test server: aborted');
      return handle(request);
    },
  });
  return { transport, objects, spec: (namespace, name) => specOf({ transport, clock }, namespace, name) };
}

async function specOf(
  server: { readonly transport: Link; readonly clock: Clock },
  namespace: string,
  name: string,
): Promise<LeaseSpec | undefined> {
  const client = leaseClient({ ...server, timeoutMs: 1000 });
  const result = await client.get(namespace, name, new AbortController().signal);
  return result.kind === 'found' ? result.lease.spec : undefined;
}

function answer(status: number, body: unknown): KubeResponse {
  const bytes = Buffer.from(JSON.stringify(body));
  return {
    status,
    headers: {},
    body: (async function* () {
      yield bytes;
    })(),
  };
}

function part(object: Record<string, unknown>, key: string): Record<string, unknown> {
  return record(object[key]);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
