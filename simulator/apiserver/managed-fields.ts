import { isFields } from './json.ts';
import { type Draft, type Fields, type KubeObject, timestamp } from './store.ts';

/** Who owns which fields of a spec: the manager whose write changed the value last. */
interface Entry {
  readonly manager: string;
  readonly operation: 'Update';
  readonly apiVersion: string;
  readonly time: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: { readonly 'f:spec': Fields };
}

/** The name under which a client writes: what it says itself, or the first word of its user agent. */
export function managerOf(params: URLSearchParams, headers: Readonly<Record<string, string>> = {}): string {
  const named = params.get('fieldManager') ?? '';
  if (named !== '') return named;
  const agent = headers['user-agent'] ?? '';
  return agent.split('/')[0] || 'unknown';
}

/** The draft with its managedFields, as far as the spec goes: only that is watched. */
export function withManagedFields(
  draft: Draft,
  current: KubeObject | undefined,
  manager: string,
  wallMicros: number,
): Draft {
  const changed = changedFields(specOf(current), specOf(draft));
  const before = entriesOf(current);
  if (changed.length === 0) return withEntries(draft, before);
  const own = before.find((entry) => entry.manager === manager);
  const owned = [...Object.keys(own?.fieldsV1['f:spec'] ?? {}), ...changed];
  // A field that was taken away has no owner.
  const there = [...new Set(owned)].filter((field) => field.slice(2) in specOf(draft)).sort();
  const fields = Object.fromEntries(there.map((field) => [field, {}]));
  const others = before.filter((entry) => entry !== own).flatMap((entry) => without(entry, changed));
  const entry: Entry = {
    ...{ manager, operation: 'Update', apiVersion: draft.apiVersion, time: timestamp(wallMicros) },
    ...{ fieldsType: 'FieldsV1', fieldsV1: { 'f:spec': fields } },
  };
  return withEntries(draft, [...others, entry]);
}

function specOf(object: Draft | undefined): Fields {
  return isFields(object?.spec) ? object.spec : {};
}

function changedFields(before: Fields, after: Fields): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => `f:${name}`);
}

function without(entry: Entry, fields: readonly string[]): readonly Entry[] {
  const left = Object.entries(entry.fieldsV1['f:spec']).filter(([field]) => !fields.includes(field));
  return left.length === 0 ? [] : [{ ...entry, fieldsV1: { 'f:spec': Object.fromEntries(left) } }];
}

function entriesOf(object: KubeObject | undefined): readonly Entry[] {
  const entries = object?.metadata.managedFields;
  return Array.isArray(entries) ? entries.filter(isEntry) : [];
}

function isEntry(value: unknown): value is Entry {
  return isFields(value) && isFields(value.fieldsV1) && isFields(value.fieldsV1['f:spec']);
}

function withEntries(draft: Draft, managedFields: readonly Entry[]): Draft {
  return managedFields.length === 0 ? draft : { ...draft, metadata: { ...draft.metadata, managedFields } };
}
