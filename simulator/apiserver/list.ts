import { sleep } from '../../exporter/clock.ts';
import { type Context, type Query, type Reply, refuse } from './context.ts';
import { isFields } from './json.ts';
import { badRevision, parseRevision } from './options.ts';
import type { Resource } from './resources.ts';
import { hasSelector, parseSelectors } from './selectors.ts';
import {
  badRequest,
  expired,
  internalError,
  notFound,
  type Status,
  tooLargeRevision,
  typeMeta,
} from './status.ts';
import { type KubeObject, keyOf } from './store.ts';

// How long the real server waits for its cache to reach the revision that a reader asks for.
const freshnessWaitMs = 3000;

interface Page {
  readonly revision: number;
  /** Keys after this one only. */
  readonly after: string;
  readonly limit: number;
}

/** Answers a list: all objects, or a page of them at one moment. */
export async function list(context: Context, { resource, namespace, params }: Query): Promise<Reply> {
  const selects = parseSelectors(resource, params);
  if (typeof selects !== 'function') return refuse(selects);
  const page = await readPage(context, params);
  if ('code' in page) return refuse(page);
  const all = context.store.list(resource, page.revision);
  if (all === 'compacted') return refuse(tooOld(params, page));
  const inside = all.filter((object) => namespace === undefined || object.metadata.namespace === namespace);
  const rest = inside.filter((object) => keyOf(object.metadata) > page.after && selects(object));
  const items = page.limit > 0 ? rest.slice(0, page.limit) : rest;
  return { status: 200, body: listObject(resource, page, items, rest.length, hasSelector(params)) };
}

function listObject(
  resource: Resource,
  page: Page,
  items: readonly KubeObject[],
  total: number,
  filtered: boolean,
): unknown {
  const last = items.at(-1);
  const more = last !== undefined && total > items.length;
  const token = more ? { continue: encodeToken(page.revision, keyOf(last.metadata)) } : {};
  const remaining = more && !filtered ? { remainingItemCount: total - items.length } : {};
  const metadata = { resourceVersion: String(page.revision), ...token, ...remaining };
  // Items do not repeat the kind, which the list has told.
  return {
    ...typeMeta(resource, 'List'),
    metadata,
    items: items.map(({ kind, apiVersion, ...item }) => item),
  };
}

async function readPage(context: Context, params: URLSearchParams): Promise<Page | Status> {
  const limit = Math.max(0, Number(params.get('limit') ?? ''));
  const token = params.get('continue') ?? '';
  const asked = parseRevision(params) ?? 0;
  if (token !== '') {
    if (asked > 0) return badRequest('specifying resource version is not allowed when using continue');
    const from = decodeToken(token);
    if (from === undefined) return badRequest('invalid continue token: continue key is not valid');
    return { ...from, revision: from.revision < 0 ? context.store.revision() : from.revision, limit };
  }
  if (!params.get('resourceVersion')) return { revision: context.store.revision(), after: '', limit };
  const late = await waitFor(context, asked);
  if (late !== undefined) return late;
  const match = params.get('resourceVersionMatch') ?? '';
  const exact = match === 'Exact' || (match === '' && asked > 0 && limit > 0);
  if (exact) return { revision: asked, after: '', limit };
  // From the watch cache, which knows no pages for a reader to whom any moment will do.
  return { revision: context.cache.revision(), after: '', limit: asked === 0 ? 0 : limit };
}

/** Resolves once the cache has reached a revision, or to a refusal when it does not in time. */
async function waitFor(context: Context, revision: number): Promise<Status | undefined> {
  if (context.cache.revision() >= revision) return undefined;
  const reached = new AbortController();
  const unsubscribe = context.cache.subscribe((event) => {
    if (event.revision >= revision) reached.abort();
  });
  await sleep(context.clock, freshnessWaitMs, reached.signal);
  unsubscribe();
  const current = context.cache.revision();
  return current >= revision ? undefined : tooLargeRevision(revision, current);
}

function tooOld(params: URLSearchParams, page: Page): Status {
  if (!params.get('continue')) return expired('The resourceVersion for the provided list is too old.');
  const message =
    'The provided continue parameter is too old to display a consistent list result. A new list can be started ' +
    'without it, or the token in this answer gets the rest of the list, which is then not of one moment.';
  return expired(message, encodeToken(-1, page.after));
}

function encodeToken(revision: number, after: string): string {
  const token = { v: 'meta.k8s.io/v1', rv: revision, start: `${after}\0` };
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function decodeToken(text: string): { revision: number; after: string } | undefined {
  try {
    const token: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (!isFields(token) || typeof token.rv !== 'number' || typeof token.start !== 'string') return undefined;
    return { revision: token.rv, after: token.start.replace(/\0$/, '') };
  } catch {
    return undefined;
  }
}

/** Answers a read of one object. */
export async function read(
  context: Context,
  { resource, namespace, params }: Query,
  name: string,
): Promise<Reply> {
  const asked = parseRevision(params);
  if (asked === undefined) return refuse(internalError(badRevision(params)));
  const late = await waitFor(context, asked);
  if (late !== undefined) return refuse(late);
  const fromCache = params.get('resourceVersion');
  const object = fromCache
    ? cached(context, resource, keyOf({ name, namespace }))
    : context.store.get(resource, namespace, name);
  return object === undefined ? refuse(notFound(resource, name)) : { status: 200, body: object };
}

function cached(context: Context, resource: Resource, key: string): KubeObject | undefined {
  const objects = context.store.list(resource, context.cache.revision());
  return objects === 'compacted' ? undefined : objects.find((object) => keyOf(object.metadata) === key);
}
