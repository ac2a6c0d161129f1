import { isFields, mergePatch } from './json.ts';
import { badRequest, type Status } from './status.ts';
import type { Fields, KubeObject } from './store.ts';

/** What a patch makes of an object; strategic ones differ from plain ones for the conditions of a status. */
export function merge(current: KubeObject, contentType: string, body: string): Fields | Status {
  let change: unknown;
  try {
    change = JSON.parse(body);
  } catch (error) {
    return badRequest(`error decoding patch: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isFields(change)) return badRequest('error decoding patch: not an object');
  const strategic = contentType.includes('strategic');
  const merged = mergePatch(current, strategic ? mergeConditions(current, change) : change);
  return isFields(merged) ? merged : badRequest('error decoding patch: not an object');
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
