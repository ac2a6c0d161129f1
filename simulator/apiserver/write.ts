import { type Context, type Reply, refuse } from './context.ts';
import { isFields, mergePatch } from './json.ts';
import { leases, namespaces, pods, type Resource } from './resources.ts';
import * as say from './status.ts';
import { type Draft, type Fields, type KubeObject, timestamp } from './store.ts';
import { decode, parseBody, validate } from './validate.ts';

const protectedNamespaces = ['default', 'kube-public', 'kube-system'];

/** Where a write goes. `name` is absent for a creation by POST. */
export interface Target {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly status: boolean;
}

interface Incoming {
  readonly draft: Draft;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** POST to a collection. */
export function create(context: Context, target: Omit<Target, 'name' | 'status'>, body: string): Reply {
  const parsed = parseBody(target.resource, body);
  if (isStatus(parsed)) return refuse(parsed);
  const incoming = receive(target.resource, target.namespace, parsed);
  if (isStatus(incoming)) return refuse(incoming);
  if (incoming.resourceVersion !== '') {
    return refuse(say.internalError('resourceVersion should not be set on objects to be created'));
  }
  return add(context, target, named(context, incoming.draft));
}

function named(context: Context, draft: Draft): Draft {
  const { name, generateName } = draft.metadata;
  if (name !== '' || typeof generateName !== 'string') return draft;
  const suffix = context.store.revision().toString(36).padStart(5, '0');
  return { ...draft, metadata: { ...draft.metadata, name: generateName + suffix } };
}

function add(context: Context, target: Omit<Target, 'name' | 'status'>, draft: Draft): Reply {
  const { resource, namespace } = target;
  if (namespace !== undefined && context.store.get(namespaces, undefined, namespace) === undefined) {
    return refuse(say.notFound(namespaces, namespace));
  }
  const mistake = validate(resource, draft);
  if (mistake !== undefined) return refuse(mistake);
  const object = context.store.create(resource, withDefaults(resource, draft));
  if (object === undefined) return refuse(say.alreadyExists(resource, draft.metadata.name));
  return { status: 201, body: object };
}

function withDefaults(resource: Resource, draft: Draft): Draft {
  if (resource === pods) return { ...draft, status: { phase: 'Pending' } };
  if (resource !== namespaces) return draft;
  const { metadata } = draft;
  const own = isFields(metadata.labels) ? metadata.labels : {};
  const labels = { ...own, 'kubernetes.io/metadata.name': metadata.name };
  const spec = { finalizers: ['kubernetes'] };
  return { ...draft, metadata: { ...metadata, labels }, spec, status: { phase: 'Active' } };
}

/** PUT of one object. A Lease that is not there is created, as the real server does. */
export function replace(context: Context, target: Target, body: string): Reply {
  const { resource, namespace, name } = target;
  const parsed = parseBody(resource, body);
  if (isStatus(parsed)) return refuse(parsed);
  const incoming = receive(resource, namespace, parsed, name);
  if (isStatus(incoming)) return refuse(incoming);
  const current = context.store.get(resource, namespace, name);
  if (current !== undefined) return update(context, target, current, incoming);
  if (resource === leases) return add(context, target, incoming.draft);
  return refuse(say.notFound(resource, name));
}

/** PATCH of one object; strategic patches are merged like plain ones, but for the conditions of a status. */
export function patch(context: Context, target: Target, contentType: string, body: string): Reply {
  const { resource, namespace, name } = target;
  if (!/^application\/(merge-patch|strategic-merge-patch)\+json\b/.test(contentType)) {
    return refuse(say.failure(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {}));
  }
  const current = context.store.get(resource, namespace, name);
  if (current === undefined) return refuse(say.notFound(resource, name));
  const merged = merge(current, contentType, body);
  if (isStatus(merged)) return refuse(merged);
  const incoming = receive(resource, namespace, merged, name);
  if (!isStatus(incoming)) return update(context, target, current, incoming);
  const complaint = /cannot be handled as a \w+: (.*)$/s.exec(incoming.message ?? '')?.[1];
  if (complaint === undefined) return refuse(incoming);
  const message = `Invalid value: ${JSON.stringify(JSON.stringify(merged))}: ${complaint}`;
  const cause = { reason: 'FieldValueInvalid', message, field: 'patch' };
  return refuse(say.invalid('', '', '', [cause]));
}

function merge(current: KubeObject, contentType: string, body: string): Fields | say.Status {
  let change: unknown;
  try {
    change = JSON.parse(body);
  } catch (error) {
    return say.badRequest(`error decoding patch: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isFields(change)) return say.badRequest('error decoding patch: not an object');
  const strategic = contentType.includes('strategic');
  const merged = mergePatch(current, strategic ? mergeConditions(current, change) : change);
  return isFields(merged) ? merged : say.badRequest('error decoding patch: not an object');
}

/** Conditions are a map by type to a strategic patch. */
function mergeConditions(current: Fields, change: Fields): Fields {
  const { status } = change;
  if (!isFields(status) || !Array.isArray(status.conditions)) return change;
  const before = isFields(current.status) ? current.status.conditions : [];
  const byType = new Map<unknown, unknown>();
  for (const condition of [...(Array.isArray(before) ? before : []), ...status.conditions]) {
    const type: unknown = isFields(condition) ? condition.type : condition;
    byType.set(type, mergePatch(byType.get(type), condition));
  }
  return { ...change, status: { ...status, conditions: [...byType.values()] } };
}

function update(context: Context, target: Target, current: KubeObject, incoming: Incoming): Reply {
  const { resource, name } = target;
  const stale = staleness(resource, name, current, incoming);
  if (stale !== undefined) return refuse(stale);
  const draft = target.status
    ? withStatusOf(current, incoming.draft)
    : withSpecOf(resource, current, incoming.draft);
  const mistake = validate(resource, draft);
  if (mistake !== undefined) return refuse(mistake);
  return { status: 200, body: context.store.replace(resource, current, draft) };
}

/** Nodes, Pods and Namespaces may be written without a resourceVersion; a Lease may not. */
function staleness(
  resource: Resource,
  name: string,
  current: KubeObject,
  { uid, resourceVersion }: Incoming,
): say.Status | undefined {
  if (uid !== '' && uid !== current.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`;
    return say.conflict(resource, name, why);
  }
  if (!/^\d*$/.test(resourceVersion)) {
    return say.internalError(`strconv.ParseUint: parsing "${resourceVersion}": invalid syntax`);
  }
  if (resourceVersion === '' && resource === leases) {
    const message = 'Invalid value: 0: must be specified for an update';
    const cause = { reason: 'FieldValueInvalid', message, field: 'metadata.resourceVersion' };
    return say.invalid(resource.group, resource.plural, name, [cause]);
  }
  const same = resourceVersion === '' || resourceVersion === current.metadata.resourceVersion;
  return same ? undefined : say.conflict(resource, name);
}

function withStatusOf(current: KubeObject, draft: Draft): Draft {
  return { ...current, status: draft.status };
}

function withSpecOf(resource: Resource, current: KubeObject, draft: Draft): Draft {
  return resource.status ? { ...draft, status: current.status } : draft;
}

/** DELETE of one object. A Namespace takes what is in it along; Pods go at once, without a grace period. */
export function remove(context: Context, target: Target, body: string): Reply {
  const { resource, namespace, name } = target;
  const current = context.store.get(resource, namespace, name);
  if (current === undefined) return refuse(say.notFound(resource, name));
  if (resource === namespaces && protectedNamespaces.includes(name)) {
    const why = `namespaces "${name}" is forbidden: this namespace may not be deleted`;
    return refuse(say.failure(403, 'Forbidden', why, { name, kind: 'namespaces' }));
  }
  const unmet = precondition(resource, current, body);
  if (unmet !== undefined) return refuse(unmet);
  if (resource === namespaces) return { status: 200, body: removeNamespace(context, current) };
  const last = context.store.remove(resource, current);
  if (resource === pods) return { status: 200, body: last };
  return { status: 200, body: say.deleted(resource, name, current.metadata.uid) };
}

function precondition(resource: Resource, current: KubeObject, body: string): say.Status | undefined {
  let options: unknown = {};
  try {
    if (body !== '') options = JSON.parse(body);
  } catch {
    return say.badRequest('the object provided is unrecognized (must be of type DeleteOptions)');
  }
  const wanted = isFields(options) && isFields(options.preconditions) ? options.preconditions : {};
  const { uid, resourceVersion, name } = current.metadata;
  const differs = (field: string, asked: unknown, actual: string, hint: string): say.Status =>
    say.preconditionFailed(
      resource,
      name,
      `the ${field} in the precondition (${String(asked)}) does not match the ${field} in record (${actual}). ${hint}`,
    );
  if ((wanted.uid ?? uid) !== uid) {
    return differs('UID', wanted.uid, uid, 'The object might have been deleted and then recreated');
  }
  if ((wanted.resourceVersion ?? resourceVersion) === resourceVersion) return undefined;
  const hint = 'The object might have been modified';
  return differs('ResourceVersion', wanted.resourceVersion, resourceVersion, hint);
}

/** Plays the namespace controller, too, which a bare API server lacks. */
function removeNamespace(context: Context, current: KubeObject): KubeObject {
  const { store, clock } = context;
  const metadata = { ...current.metadata, deletionTimestamp: timestamp(clock.now().wall) };
  const ending = store.replace(namespaces, current, {
    ...current,
    metadata,
    status: { phase: 'Terminating' },
  });
  for (const resource of [pods, leases]) {
    const objects = store.list(resource);
    for (const object of objects === 'compacted' ? [] : objects) {
      if (object.metadata.namespace === current.metadata.name) store.remove(resource, object);
    }
  }
  store.remove(namespaces, ending);
  return ending;
}

/** What the client owns of an object that it sends, set apart from what the server owns. */
function receive(
  resource: Resource,
  namespace: string | undefined,
  body: Fields,
  name?: string,
): Incoming | say.Status {
  const decoded = decode(resource, body);
  if ('complaint' in decoded) {
    const { kind } = resource;
    return say.badRequest(
      `${kind} in version "${resource.version}" cannot be handled as a ${kind}: ${decoded.complaint}`,
    );
  }
  const { uid, resourceVersion, creationTimestamp, generation, managedFields, selfLink, ...metadata } =
    decoded.value.metadata;
  if (name !== undefined && metadata.name === '') {
    const why = `the name of the object (${name} based on URL) was undeterminable: name must be provided`;
    return say.badRequest(why);
  }
  if (name !== undefined && metadata.name !== name) {
    const why = `the name of the object (${metadata.name}) does not match the name on the URL (${name})`;
    return say.badRequest(why);
  }
  if (namespace !== undefined && (metadata.namespace ?? namespace) !== namespace) {
    return say.badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
  const placed = namespace === undefined ? {} : { namespace };
  const full = { ...metadata, ...placed };
  return {
    draft: { ...decoded.value, metadata: full },
    uid: typeof uid === 'string' ? uid : '',
    resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : '',
  };
}

function isStatus(value: object): value is say.Status {
  return 'code' in value && 'status' in value && value.status === 'Failure';
}
