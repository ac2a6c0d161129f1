import { type Clock, sleep } from '../../exporter/clock.ts';
import {
  type KubeRequest,
  type KubeResponse,
  type KubeTransport,
  TransportError,
} from '../../exporter/kube/transport.ts';
import { createCache } from './cache.ts';
import { type Context, type FaultState, type Reply, refuse } from './context.ts';
import { discover } from './discovery.ts';
import { evict } from './evict.ts';
import { createFaults, type Faults } from './faults.ts';
import { type Format, formatFor, json } from './format.ts';
import { list, read } from './list.ts';
import { managerOf } from './managed-fields.ts';
import { checkOptions, isTrue } from './options.ts';
import { remove } from './remove.ts';
import { type CandidateVersion, isServed, namespaces } from './resources.ts';
import { type Route, route } from './routes.ts';
import * as say from './status.ts';
import { typeMeta } from './status.ts';
import { createStore, type Store } from './store.ts';
import { watch } from './watch.ts';
import { create, patch, replace } from './write.ts';

export interface ApiServerOptions {
  readonly clock: Clock;
  /** Whether watches may ask for their initial state, as servers from 1.34 on allow. Off when left out. */
  readonly watchList?: boolean;
  /** How long a watch lasts that names no timeout, in milliseconds; 45 min when left out. */
  readonly watchTimeoutMs?: number;
  /** The version of LeaseCandidates that it has; v1beta1 when left out. */
  readonly candidates?: CandidateVersion;
  /** How many changes are kept for watches and for lists of the past. */
  readonly historyLimit?: number;
}

/** A Kubernetes API server in miniature: Leases, Nodes, Pods and Namespaces, no sockets. */
export interface ApiServer {
  /** Answers one request; rejects with a `TransportError` where a socket would have no answer. */
  handle(request: ApiRequest): Promise<KubeResponse>;
  readonly faults: Faults;
  /** The objects themselves, for what no client may do, such as compaction. */
  readonly store: Store;
  /** How many watches are open. */
  watchCount(): number;
}

/** A request as a socket brings it: any method. */
export type ApiRequest = Omit<KubeRequest, 'method'> & { readonly method: string };

export function createApiServer(options: ApiServerOptions): ApiServer {
  const { clock, watchList = false, watchTimeoutMs = 45 * 60_000, candidates = 'v1beta1' } = options;
  const store = createStore(() => clock.now().wall, options.historyLimit);
  const state: FaultState = {
    stopped: false,
    slowMs: 0,
    commitMs: 0,
    unauthorized: false,
    gone: 'stream',
    forbidden: new Set(),
  };
  const cache = createCache(store, clock);
  const served = { watchList, watchTimeoutMs, candidates };
  const context: Context = { clock, store, cache, state, watches: new Set(), ...served };
  for (const name of ['default', 'kube-node-lease', 'kube-system']) bootstrap(context, name);
  return {
    handle: (request) => handle(context, request),
    faults: createFaults(context),
    store,
    watchCount: () => context.watches.size,
  };
}

/** The server as the exporter sees it: the same bytes as over a socket, on any clock. */
export function inProcessTransport(api: ApiServer): KubeTransport {
  return { request: (request) => api.handle(request) };
}

function bootstrap(context: Context, name: string): void {
  const target = { resource: namespaces, namespace: undefined, manager: 'kube-apiserver' };
  create(context, target, JSON.stringify({ ...typeMeta(namespaces), metadata: { name } }));
}

async function handle(context: Context, request: ApiRequest): Promise<KubeResponse> {
  if (context.state.slowMs > 0) await sleep(context.clock, context.state.slowMs, request.signal);
  if (request.signal.aborted)
    throw new TransportError('simulated API server: aborted', request.signal.reason);
  if (context.state.stopped) throw new TransportError('simulated API server: stopped');
  if (context.state.commitMs > 0 && request.method !== 'GET') await untilCommitted(context);
  // Writes are done before the first promise of `answer`, so that nobody else's come in between.
  context.store.writtenBy(request.headers?.['user-agent'] ?? '');
  const reply = await answer(context, request);
  if (request.signal.aborted)
    throw new TransportError('simulated API server: aborted', request.signal.reason);
  if (context.state.stopped) throw new TransportError('simulated API server: stopped');
  return serialise(reply);
}

function untilCommitted({ clock, state }: Context): Promise<void> {
  return new Promise((resolve) => clock.after(state.commitMs, resolve));
}

function serialise(reply: Reply): KubeResponse {
  const headers = { 'cache-control': 'no-cache, private' };
  if ('stream' in reply) {
    const type = { 'content-type': reply.format.streamType };
    return { status: 200, headers: { ...headers, ...type }, body: reply.stream };
  }
  const { status, body, format = json } = reply;
  if (typeof body === 'string') {
    const type = { 'content-type': 'text/plain; charset=utf-8' };
    return { status, headers: { ...headers, ...type }, body: once(Buffer.from(body)) };
  }
  const retry = status === 504 ? { 'retry-after': '1' } : {};
  const type = { 'content-type': format.type };
  return { status, headers: { ...headers, ...type, ...retry }, body: once(format.whole(body)) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}

async function answer(context: Context, request: ApiRequest): Promise<Reply> {
  const url = new URL(request.path, 'http://simulator');
  if (context.state.unauthorized) return refuse(say.unauthorized());
  if (!isServed(url.pathname, context.candidates)) return refuse(say.noSuchPath());
  const to = route(url.pathname);
  if (to.what === 'discovery') return about(context, to.path, request.method);
  if (to.what === 'nothing') return refuse(say.noSuchPath());
  const verb = verbOf(to, request.method, url.searchParams);
  if (verb === undefined) return refuse(say.methodNotAllowed());
  const { forbidden } = context.state;
  if (forbidden.has(to.resource.plural) || forbidden.has(`${verb} ${to.resource.plural}`)) {
    const name = to.what === 'object' ? to.name : undefined;
    return refuse(say.forbidden(to.resource, verb, to.namespace, name));
  }
  return refuseFormat(request) ?? (await act(context, to, verb, request, url.searchParams));
}

function about({ candidates }: Context, path: string, method: string): Reply {
  const page = discover(path, candidates);
  if (method !== 'GET') return refuse(say.methodNotAllowed());
  if (page !== undefined) return { status: 200, body: page };
  // A known group with an unknown version is refused in the API's own words, anything else is not.
  const ours = path.startsWith('/apis/coordination.k8s.io/') || path.startsWith('/api/');
  return ours ? refuse(say.noSuchPath()) : { status: 404, body: '404 page not found\n' };
}

type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

function verbOf(to: Route, method: string, params: URLSearchParams): Verb | undefined {
  if (to.what === 'collection') {
    if (method === 'GET') return isTrue(params, 'watch') ? 'watch' : 'list';
    const placed = to.namespace !== undefined || !to.resource.namespaced;
    return method === 'POST' && placed ? 'create' : undefined;
  }
  if (to.what === 'eviction') return method === 'POST' ? 'create' : undefined;
  const verbs: Readonly<Record<string, Verb>> = {
    GET: 'get',
    PUT: 'update',
    PATCH: 'patch',
    DELETE: 'delete',
  };
  return verbs[method];
}

function refuseFormat({ method, headers = {}, body = '' }: ApiRequest): Reply | undefined {
  const json = /^application\/json\b/.test(headers['content-type'] ?? 'application/json');
  if (json || (method !== 'POST' && method !== 'PUT') || body === '') return undefined;
  const message =
    'the body of the request was in an unknown format - accepted media types include: application/json';
  return refuse(say.failure(415, 'UnsupportedMediaType', message));
}

async function act(
  context: Context,
  to: Exclude<Route, { what: 'discovery' | 'nothing' }>,
  verb: Verb,
  request: ApiRequest,
  params: URLSearchParams,
): Promise<Reply> {
  const format = formatFor(request.headers?.accept ?? '', to.resource);
  if (format === undefined) return refuse(say.notAcceptable());
  return { format, ...(await perform(context, to, verb, request, params, format)) };
}

async function perform(
  context: Context,
  to: Exclude<Route, { what: 'discovery' | 'nothing' }>,
  verb: Verb,
  request: ApiRequest,
  params: URLSearchParams,
  format: Format,
): Promise<Reply> {
  const { body = '' } = request;
  const query = { ...to, params };
  const manager = managerOf(params, request.headers);
  if (to.what === 'collection') {
    if (verb === 'create') return create(context, { ...to, manager }, body);
    const mistake = checkOptions(params, context.watchList);
    if (mistake !== undefined) return refuse(mistake);
    return verb === 'watch' ? watch(context, query, format, request.signal) : list(context, query);
  }
  if (to.what === 'eviction') return evict(context, to.namespace, to.name);
  if (verb === 'update') return replace(context, { ...to, manager }, body);
  if (verb === 'patch')
    return patch(context, { ...to, manager }, request.headers?.['content-type'] ?? '', body);
  if (verb === 'delete') return remove(context, to, params, body);
  return read(context, query, to.name);
}
