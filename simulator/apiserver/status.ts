import { groupVersion, qualified, type Resource } from './resources.ts';

export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

export interface Details {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

/** A Status object: how the server says no, and in the case of a deletion yes. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: { readonly continue?: string };
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: Details;
  readonly code: number;
}

/** A refusal. `reason` is left out where the real server, too, has none (its internal errors). */
export function failure(
  code: number,
  reason: string | undefined,
  message: string,
  details?: Details,
): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === undefined ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  };
}

export const badRequest = (message: string): Status => failure(400, 'BadRequest', message);
export const internalError = (message: string): Status => failure(500, undefined, message);
export const unauthorized = (): Status => failure(401, 'Unauthorized', 'Unauthorized');

export function notAcceptable(): Status {
  const message = '406: Not Acceptable\n\nAvailable representations: application/json';
  return failure(406, 'NotAcceptable', message, {});
}

export function noSuchPath(): Status {
  return failure(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function notFound(resource: Resource, name: string): Status {
  return failure(404, 'NotFound', `${qualified(resource)} "${name}" not found`, about(resource, name));
}

export function methodNotAllowed(): Status {
  const message = 'the server does not allow this method on the requested resource';
  return failure(405, 'MethodNotAllowed', message, {});
}

export function alreadyExists(resource: Resource, name: string): Status {
  return failure(
    409,
    'AlreadyExists',
    `${qualified(resource)} "${name}" already exists`,
    about(resource, name),
  );
}

export function conflict(
  resource: Resource,
  name: string,
  why = 'the object has been modified; please apply your changes to the latest version and try again',
): Status {
  const message = `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`;
  return failure(409, 'Conflict', message, about(resource, name));
}

/** The deletion's own conflict, which names the kind where every other one names the resource. */
export function preconditionFailed(resource: Resource, name: string, why: string): Status {
  const message = `Operation cannot be fulfilled on ${qualified(resource, resource.kind)} "${name}": ${why}`;
  return failure(409, 'Conflict', message, { ...about(resource, name), kind: resource.kind });
}

/** `next` is a token for the rest of a list, which then is no longer of one moment. */
export function expired(message: string, next?: string): Status {
  const status = failure(410, 'Expired', message);
  return next === undefined ? status : { ...status, metadata: { continue: next } };
}

/** 422 with one cause a mistake; `kind` is the kind for a bad object, the resource for a bad update. */
export function invalid(group: string, kind: string, name: string, causes: readonly Cause[]): Status {
  const told = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const list = told.length === 1 ? (told[0] ?? '') : `[${told.join(', ')}]`;
  const message = `${group === '' ? kind : `${kind}.${group}`} "${name}" is invalid: ${list}`;
  const details = { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind, causes };
  return failure(422, 'Invalid', message, details);
}

export function tooLargeRevision(asked: number, current: number): Status {
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  const message = `Timeout: Too large resource version: ${asked}, current: ${current}`;
  return failure(504, 'Timeout', message, { causes, retryAfterSeconds: 1 });
}

/** What a deletion is answered with. */
export function deleted(resource: Resource, name: string, uid: string): Omit<Status, 'code'> {
  const { kind, apiVersion, metadata } = failure(0, undefined, '');
  return { kind, apiVersion, metadata, status: 'Success', details: { ...about(resource, name), uid } };
}

/** `verb` as in "cannot list resource". */
export function forbidden(
  resource: Resource,
  verb: string,
  namespace: string | undefined,
  name: string | undefined,
): Status {
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const what = `User "leasewatch" cannot ${verb} resource "${resource.plural}" in API group "${resource.group}"`;
  const subject = name === undefined ? qualified(resource) : `${qualified(resource)} "${name}"`;
  return failure(403, 'Forbidden', `${subject} is forbidden: ${what} ${where}`, about(resource, name));
}

function about(resource: Resource, name: string | undefined): Details {
  const named = name === undefined ? {} : { name };
  const grouped = resource.group === '' ? {} : { group: resource.group };
  return { ...named, ...grouped, kind: resource.plural };
}

/** The kind and version that every answer about a resource carries. */
export function typeMeta(resource: Resource, suffix = ''): { kind: string; apiVersion: string } {
  return { kind: resource.kind + suffix, apiVersion: groupVersion(resource) };
}
