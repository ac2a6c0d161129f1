import { type Context, type Reply, refuse } from './context.ts';
import { type Incoming, isStatus, receive } from './incoming.ts';
import { isFields } from './json.ts';
import { withManagedFields } from './managed-fields.ts';
import { merge } from './merge.ts';
import { leases, namespaces, pods, type Resource } from './resources.ts';
import * as say from './status.ts';
import type { Draft, KubeObject } from './store.ts';
import { parseBody, validate } from './validate.ts';

/** Where a write goes. `name` is absent for a creation by POST. */
export interface Target {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly status: boolean;
}

/** Where a write goes and under which name its client owns what it changes. */
export interface WriteTarget extends Target {
  readonly manager: string;
}

/** POST to a collection. */
export function create(context: Context, target: Omit<WriteTarget, 'name' | 'status'>, body: string): Reply {
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

function add(context: Context, target: Omit<WriteTarget, 'name' | 'status'>, draft: Draft): Reply {
  const { resource, namespace } = target;
  if (namespace !== undefined && context.store.get(namespaces, undefined, namespace) === undefined) {
    return refuse(say.notFound(namespaces, namespace));
  }
  const mistake = validate(resource, draft);
  if (mistake !== undefined) return refuse(mistake);
  const object = context.store.create(resource, owned(context, target, withDefaults(resource, draft)));
  if (object === undefined) return refuse(say.alreadyExists(resource, draft.metadata.name));
  return { status: 201, body: object };
}

/** Only the fields of Leases have owners here: nobody looks at those of the others. */
function owned(
  { clock }: Context,
  { resource, manager }: Pick<WriteTarget, 'resource' | 'manager'>,
  draft: Draft,
  current?: KubeObject,
): Draft {
  return resource === leases ? withManagedFields(draft, current, manager, clock.now().wall) : draft;
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
export function replace(context: Context, target: WriteTarget, body: string): Reply {
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
export function patch(context: Context, target: WriteTarget, contentType: string, body: string): Reply {
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

function update(context: Context, target: WriteTarget, current: KubeObject, incoming: Incoming): Reply {
  const { resource, name } = target;
  const stale = staleness(resource, name, current, incoming);
  if (stale !== undefined) return refuse(stale);
  const draft = target.status
    ? withStatusOf(current, incoming.draft)
    : withSpecOf(resource, current, incoming.draft);
  const mistake = validate(resource, draft);
  if (mistake !== undefined) return refuse(mistake);
  const object = context.store.replace(resource, current, owned(context, target, draft, current));
  return { status: 200, body: object };
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
