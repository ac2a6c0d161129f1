import type { Resource } from './resources.ts';
import { badRequest, type Status } from './status.ts';
import type { Draft, Fields } from './store.ts';
import { decode } from './validate.ts';

/** An object as a client sent it. */
export interface Incoming {
  readonly draft: Draft;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** What the client owns of an object that it sends, set apart from what the server owns. */
export function receive(
  resource: Resource,
  namespace: string | undefined,
  body: Fields,
  name?: string,
): Incoming | Status {
  const decoded = decode(resource, body);
  if ('complaint' in decoded) {
    const { kind } = resource;
    return badRequest(
      `${kind} in version "${resource.version}" cannot be handled as a ${kind}: ${decoded.complaint}`,
    );
  }
  const { uid, resourceVersion, creationTimestamp, generation, managedFields, selfLink, ...metadata } =
    decoded.value.metadata;
  if (name !== undefined && metadata.name === '') {
    const why = `the name of the object (${name} based on URL) was undeterminable: name must be provided`;
    return badRequest(why);
  }
  if (name !== undefined && metadata.name !== name) {
    const why = `the name of the object (${metadata.name}) does not match the name on the URL (${name})`;
    return badRequest(why);
  }
  if (namespace !== undefined && (metadata.namespace ?? namespace) !== namespace) {
    return badRequest(
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

export function isStatus(value: object): value is Status {
  return 'code' in value && 'status' in value && value.status === 'Failure';
}
