import type { LeaseRecord } from './observation.ts';

/** How tools that people write with name themselves to the API server; client libraries use other names. */
const hands = /^(?:kubectl|oc|k9s|Lens|OpenLens|headlamp|freelens|rancher|Mozilla)(?:$|[-_ ])/;

/** The tool by which a person, and not the holder itself, wrote the holder of a record. */
export function handOf({ writer }: LeaseRecord): string | undefined {
  return writer !== undefined && hands.test(writer) ? writer : undefined;
}
