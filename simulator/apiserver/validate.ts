import { goTypeOf, isFields } from './json.ts';
import { readMicroTime } from './microtime.ts';
import { leaseCandidates, leases, namespaces, type Resource } from './resources.ts';
import { badRequest, type Cause, invalid, type Status, typeMeta } from './status.ts';
import type { Draft, Fields } from './store.ts';

type Decoded<T> = { readonly value: T } | { readonly complaint: string };

const leaseFields: readonly (readonly [string, 'string' | 'int32' | 'time'])[] = [
  ['holderIdentity', 'string'],
  ['leaseDurationSeconds', 'int32'],
  ['acquireTime', 'time'],
  ['renewTime', 'time'],
  ['leaseTransitions', 'int32'],
  ['strategy', 'string'],
  ['preferredHolder', 'string'],
];

/** Reads the body of a write: a JSON object of the right kind. The name may still be missing. */
export function parseBody(resource: Resource, text: string): Fields | Status {
  const must = `the object provided is unrecognized (must be of type ${resource.kind})`;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return badRequest(`${must}: couldn't get version/kind; json parse error: ${why}`);
  }
  if (!isFields(body)) return badRequest(`${must}: couldn't get version/kind; json parse error`);
  const expected = typeMeta(resource);
  const { kind = expected.kind, apiVersion = expected.apiVersion } = body;
  if (kind === expected.kind && apiVersion === expected.apiVersion) return body;
  const why = `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`;
  return badRequest(`${String(kind)} in version "v1" cannot be handled as a ${resource.kind}: ${why}`);
}

/** Turns a parsed body into an object of the kind, without the fields that it does not know. */
export function decode(resource: Resource, body: Fields): Decoded<Draft> {
  const metadata = decodeMetadata(body.metadata);
  if ('complaint' in metadata) return metadata;
  const head = { ...typeMeta(resource), metadata: metadata.value };
  if (resource !== leases) {
    const { spec = {}, status = {} } = body;
    return { value: resource.status ? { ...head, spec, status } : { ...head, spec } };
  }
  const spec = decodeLeaseSpec(body.spec ?? {});
  return 'complaint' in spec ? spec : { value: { ...head, spec: spec.value } };
}

function decodeMetadata(raw: unknown): Decoded<Draft['metadata']> {
  if (raw !== undefined && !isFields(raw)) return wrongType(raw, 'metadata', 'v1.ObjectMeta');
  const { name = '', namespace, ...rest } = raw ?? {};
  if (typeof name !== 'string') return wrongType(name, 'metadata.name', 'string');
  if (namespace !== undefined && typeof namespace !== 'string') {
    return wrongType(namespace, 'metadata.namespace', 'string');
  }
  const complaint = notStrings(rest.labels, 'labels') ?? notStrings(rest.annotations, 'annotations');
  if (complaint !== undefined) return complaint;
  return { value: { name, ...(namespace === undefined ? {} : { namespace }), ...rest } };
}

function notStrings(map: unknown, field: string): { complaint: string } | undefined {
  if (map === undefined) return undefined;
  if (!isFields(map)) return wrongType(map, `ObjectMeta.metadata.${field}`, 'map[string]string');
  const wrong = Object.values(map).find((value) => typeof value !== 'string');
  return wrong === undefined ? undefined : wrongType(wrong, `ObjectMeta.metadata.${field}`, 'string');
}

function decodeLeaseSpec(raw: unknown): Decoded<Fields> {
  if (!isFields(raw)) return wrongType(raw, 'Lease.spec', 'v1.LeaseSpec');
  const spec: Record<string, unknown> = {};
  for (const [field, type] of leaseFields) {
    const value = raw[field] ?? undefined;
    if (value === undefined) continue;
    const decoded = decodeScalar(value, field, type);
    if ('complaint' in decoded) return decoded;
    spec[field] = decoded.value;
  }
  return { value: spec };
}

function decodeScalar(value: unknown, field: string, type: 'string' | 'int32' | 'time'): Decoded<unknown> {
  if (type === 'int32') {
    const fits = typeof value === 'number' && (value | 0) === value;
    const found = typeof value === 'number' ? `number ${value}` : goTypeOf(value);
    return fits ? { value } : unmarshal(found, `LeaseSpec.spec.${field}`, 'int32');
  }
  if (typeof value !== 'string') return wrongType(value, `LeaseSpec.spec.${field}`, 'string');
  if (type === 'string') return { value };
  const time = readMicroTime(value);
  return 'complaint' in time ? time : { value: time.time };
}

function wrongType(value: unknown, field: string, type: string): { complaint: string } {
  return unmarshal(goTypeOf(value), field, type);
}

function unmarshal(found: string, field: string, type: string): { complaint: string } {
  return { complaint: `json: cannot unmarshal ${found} into Go struct field ${field} of type ${type}` };
}

/** What the real server says about an object that decodes but must not be; undefined when it is fine. */
export function validate(resource: Resource, draft: Draft): Status | undefined {
  const causes = [...nameCauses(resource, draft.metadata.name), ...leaseCauses(resource, draft.spec)];
  return causes.length === 0
    ? undefined
    : invalid(resource.group, resource.kind, draft.metadata.name, causes);
}

const subdomain = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';
const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

function nameCauses(resource: Resource, name: string): readonly Cause[] {
  const field = 'metadata.name';
  if (name === '') {
    return [
      { reason: 'FieldValueRequired', message: 'Required value: name or generateName is required', field },
    ];
  }
  if (resource.kind === leaseCandidates.kind) return candidateNameCauses(name);
  const asLabel = resource === namespaces;
  const [pattern, limit] = asLabel ? [label, 63] : [subdomain, 253];
  const wrongs: string[] = [];
  if (name.length > limit) wrongs.push(`must be no more than ${limit} bytes`);
  if (asLabel && name.includes('.')) wrongs.push('must not contain dots');
  else if (!new RegExp(`^${pattern}$`).test(name)) wrongs.push(asLabel ? labelRule() : subdomainRule());
  return wrongs.map((wrong) => fieldInvalid(field, JSON.stringify(name), wrong));
}

/** They are named after identities, which have an underscore and capitals. */
function candidateNameCauses(name: string): readonly Cause[] {
  const rule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
  const fits = /^[-._a-zA-Z0-9]+$/.test(name) && name.length <= 253;
  return fits ? [] : [fieldInvalid('metadata.name', JSON.stringify(name), rule)];
}

function subdomainRule(): string {
  return (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must " +
    `start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`
  );
}

function labelRule(): string {
  return (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and " +
    `end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`
  );
}

function leaseCauses(resource: Resource, spec: unknown): readonly Cause[] {
  if (resource !== leases || !isFields(spec)) return [];
  const causes: Cause[] = [];
  const { leaseDurationSeconds: duration, leaseTransitions: transitions, preferredHolder = '' } = spec;
  if (typeof duration === 'number' && duration <= 0) {
    causes.push(fieldInvalid('spec.leaseDurationSeconds', String(duration), 'must be greater than 0'));
  }
  if (typeof transitions === 'number' && transitions < 0) {
    const rule = 'must be greater than or equal to 0';
    causes.push(fieldInvalid('spec.leaseTransitions', String(transitions), rule));
  }
  if (preferredHolder !== '' && (spec.strategy ?? '') === '') {
    const message = 'Forbidden: may only be specified if `strategy` is defined';
    causes.push({ reason: 'FieldValueForbidden', message, field: 'spec.preferredHolder' });
  }
  return causes;
}

function fieldInvalid(field: string, value: string, rule: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${value}: ${rule}`, field };
}
