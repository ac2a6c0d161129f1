import { type Context, type Reply, refuse } from './context.ts';
import { isFields } from './json.ts';
import { leases, namespaces, pods, type Resource } from './resources.ts';
import * as say from './status.ts';
import { type KubeObject, timestamp } from './store.ts';
import type { Target } from './write.ts';

const protectedNamespaces = ['default', 'kube-public', 'kube-system'];

/**
 * DELETE of one object. A Namespace takes what is in it along; a Pod that is on a node stays, marked, until
 * its kubelet deletes it without a grace period.
 */
export function remove(context: Context, target: Target, params: URLSearchParams, body: string): Reply {
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
  const graceSeconds = resource === pods ? graceOf(current, params, body) : 0;
  if (graceSeconds > 0) return { status: 200, body: terminate(context, current, graceSeconds) };
  const last = context.store.remove(resource, current);
  if (resource === pods) return { status: 200, body: last };
  return { status: 200, body: say.deleted(resource, name, current.metadata.uid) };
}

function precondition(resource: Resource, current: KubeObject, body: string): say.Status | undefined {
  const options = optionsOf(body);
  if (options === undefined) {
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

function optionsOf(body: string): unknown {
  try {
    return body === '' ? {} : JSON.parse(body);
  } catch {
    return undefined;
  }
}

const defaultGraceSeconds = 30;

/** What the request says, else the Pod, else the default; a Pod that runs nowhere needs none. */
function graceOf(pod: KubeObject, params: URLSearchParams, body: string): number {
  if (!isFields(pod.spec) || typeof pod.spec.nodeName !== 'string') return 0;
  const options = optionsOf(body);
  const asked =
    params.get('gracePeriodSeconds') ?? (isFields(options) ? options.gracePeriodSeconds : undefined);
  return Number(asked ?? pod.spec.terminationGracePeriodSeconds ?? defaultGraceSeconds);
}

/** Marks a Pod for its kubelet; a second deletion may only hurry it. */
export function terminate({ store, clock }: Context, pod: KubeObject, graceSeconds: number): KubeObject {
  if (pod.metadata.deletionTimestamp !== undefined) return pod;
  const deletionTimestamp = timestamp(clock.now().wall + graceSeconds * 1e6);
  const metadata = { ...pod.metadata, deletionTimestamp, deletionGracePeriodSeconds: graceSeconds };
  return store.replace(pods, pod, { ...pod, metadata });
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
