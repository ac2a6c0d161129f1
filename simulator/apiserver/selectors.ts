import { isFields } from './json.ts';
import type { Resource } from './resources.ts';
import { badRequest, type Status } from './status.ts';
import type { Fields, KubeObject } from './store.ts';

export type Selects = (object: KubeObject) => boolean;

const extraFields: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec.nodeName', 'status.phase'],
  Namespace: ['status.phase'],
};

/** Reads `fieldSelector` and `labelSelector` into one predicate, or says what is wrong with them. */
export function parseSelectors(resource: Resource, params: URLSearchParams): Selects | Status {
  const byField = parseFields(resource, params.get('fieldSelector') ?? '');
  if (typeof byField !== 'function') return byField;
  const byLabel = parseLabels(params.get('labelSelector') ?? '');
  if (typeof byLabel !== 'function') return byLabel;
  return (object) => byField(object) && byLabel(object);
}

/** Whether the request asks for a part of the objects only. */
export function hasSelector(params: URLSearchParams): boolean {
  return (params.get('fieldSelector') ?? '') !== '' || (params.get('labelSelector') ?? '') !== '';
}

function parseFields(resource: Resource, text: string): Selects | Status {
  const known = ['metadata.name', 'metadata.namespace', ...(extraFields[resource.kind] ?? [])];
  const tests: Selects[] = [];
  for (const term of text.split(',').filter((part) => part !== '')) {
    const match = /^([^=!]+)(==?|!=)(.*)$/.exec(term);
    if (match === null) return badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, path = '', operator, value] = match;
    if (!known.includes(path)) {
      if (resource.group === '') return badRequest(`field label not supported: ${path}`);
      const names = known.map((name) => `"${name}"`).join(', ');
      return badRequest(`"${path}" is not a known field selector: only ${names}`);
    }
    tests.push((object) => (fieldAt(object, path) === value) === (operator !== '!='));
  }
  return (object) => tests.every((selects) => selects(object));
}

function fieldAt(object: Fields, path: string): string {
  let value: unknown = object;
  for (const step of path.split('.')) value = isFields(value) ? value[step] : undefined;
  return typeof value === 'string' ? value : '';
}

const labelKey = '([A-Za-z0-9][-A-Za-z0-9_./]*)';
const forms = {
  set: new RegExp(String.raw`^${labelKey}\s+(in|notin)\s+\(([^()]*)\)$`),
  equal: new RegExp(String.raw`^${labelKey}\s*(==?|!=)\s*([-A-Za-z0-9_.]*)$`),
  present: new RegExp(String.raw`^(!?)\s*${labelKey}$`),
};

function parseLabels(text: string): Selects | Status {
  const tests: Selects[] = [];
  for (const part of text === '' ? [] : text.split(/,(?![^()]*\))/)) {
    const selects = labelTerm(part.trim());
    if (selects === undefined) return badRequest(`unable to parse requirement: ${JSON.stringify(part)}`);
    tests.push(selects);
  }
  return (object) => tests.every((selects) => selects(object));
}

function labelTerm(term: string): Selects | undefined {
  const set = forms.set.exec(term);
  if (set !== null) {
    const values = (set[3] ?? '').split(',').map((value) => value.trim());
    return (object) => values.includes(label(object, set[1]) ?? '\0') === (set[2] === 'in');
  }
  const equal = forms.equal.exec(term);
  if (equal !== null) return (object) => (label(object, equal[1]) === equal[3]) === (equal[2] !== '!=');
  const present = forms.present.exec(term);
  if (present !== null) return (object) => (label(object, present[2]) === undefined) === (present[1] === '!');
  return undefined;
}

function label(object: KubeObject, key = ''): string | undefined {
  return object.metadata.labels?.[key];
}
