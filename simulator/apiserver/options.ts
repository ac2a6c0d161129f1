import { badRequest, type Cause, internalError, invalid, type Status } from './status.ts';

/** Reads a resourceVersion parameter; absent, empty and `0` mean that any will do. */
export function parseRevision(params: URLSearchParams): number | undefined {
  const text = params.get('resourceVersion') ?? '';
  return /^\d*$/.test(text) ? Number(text) : undefined;
}

/** What the server says about a resourceVersion that is no number. */
export function badRevision(params: URLSearchParams): string {
  const text = params.get('resourceVersion') ?? '';
  return `resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`;
}

/** Truth as the server reads it: everything but nothing, `0` and `false`. */
export function isTrue(params: URLSearchParams, name: string): boolean {
  return !['', '0', 'false'].includes(params.get(name) ?? '');
}

/** What is wrong with the parameters of a list or watch, if anything. */
export function checkOptions(params: URLSearchParams, watchList: boolean): Status | undefined {
  for (const name of ['limit', 'timeoutSeconds']) {
    const text = params.get(name) ?? '';
    if (!/^-?\d*$/.test(text)) return badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  }
  const watch = isTrue(params, 'watch');
  const causes = watch ? watchCauses(params, watchList) : listCauses(params);
  if (causes.length > 0) return invalid('meta.k8s.io', 'ListOptions', '', causes);
  if (parseRevision(params) !== undefined) return undefined;
  const why = badRevision(params);
  return watch ? internalError(why) : badRequest(`invalid resource version: ${why}`);
}

function listCauses(params: URLSearchParams): readonly Cause[] {
  if (params.has('sendInitialEvents')) {
    return [forbids('sendInitialEvents', 'sendInitialEvents is forbidden for list')];
  }
  const match = params.get('resourceVersionMatch') ?? '';
  if (match === '') return [];
  const revision = params.get('resourceVersion') ?? '';
  const field = 'resourceVersionMatch';
  if (params.has('continue')) return [forbids(field, `${field} is forbidden when continue is provided`)];
  if (revision === '') return [forbids(field, `${field} is forbidden unless resourceVersion is provided`)];
  if (match !== 'Exact' && match !== 'NotOlderThan') return [unsupported(match, '"Exact", "NotOlderThan"')];
  if (match === 'Exact' && revision === '0') {
    return [forbids(field, `${field} "exact" is forbidden for resourceVersion "0"`)];
  }
  return [];
}

function watchCauses(params: URLSearchParams, watchList: boolean): readonly Cause[] {
  const match = params.get('resourceVersionMatch') ?? '';
  const initial = params.has('sendInitialEvents');
  const field = 'resourceVersionMatch';
  if (params.has('continue')) return [forbids(field, `${field} is forbidden when continue is provided`)];
  const causes: Cause[] = [];
  if (initial && match === '') {
    causes.push(forbids(field, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  }
  if (!initial && match !== '') {
    causes.push(forbids(field, `${field} is forbidden for watch unless sendInitialEvents is provided`));
  }
  if (match !== '' && match !== 'NotOlderThan') causes.push(unsupported(match, '"NotOlderThan"'));
  if (initial && !watchList) {
    const off = 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled';
    causes.push(forbids('sendInitialEvents', off));
  }
  return causes;
}

function forbids(field: string, why: string): Cause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field };
}

function unsupported(value: string, supported: string): Cause {
  const message = `Unsupported value: "${value}": supported values: ${supported}`;
  return { reason: 'FieldValueNotSupported', message, field: 'resourceVersionMatch' };
}
