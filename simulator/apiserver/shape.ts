import { isFields } from './json.ts';
import type { Fields } from './store.ts';

/** Turns what is about to be sent into what the client asked for: all of it, or metadata only. */
export type Shape = (body: unknown) => unknown;

const partial = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' };

/** Reads an Accept header; undefined when the server has nothing that it names. */
export function shapeFor(accept: string): Shape | undefined {
  if (accept === '') return (body) => body;
  const ranges = accept.split(',').map((range) => range.replaceAll(' ', '').toLowerCase());
  for (const range of ranges) {
    if (/^application\/json;.*as=partialobjectmetadata(list)?\b/.test(range)) return metadataOnly;
    if (/^(application\/json|application\/\*|\*\/\*)(;(?!as=)[^;]*)*$/.test(range)) return (body) => body;
  }
  return undefined;
}

function metadataOnly(body: unknown): unknown {
  if (!isFields(body) || body.kind === 'Status') return body;
  const { metadata, items } = body;
  if (!Array.isArray(items)) return { ...partial, metadata };
  return { ...partial, kind: `${partial.kind}List`, metadata, items: items.filter(isFields).map(partialOf) };
}

function partialOf(item: Fields): unknown {
  return { ...partial, metadata: item.metadata };
}
