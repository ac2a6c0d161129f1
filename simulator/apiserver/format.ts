import { isFields } from './json.ts';
import { encodeEvent, encodeObject } from './protobuf.ts';
import { leases, type Resource } from './resources.ts';
import type { Fields } from './store.ts';

/** How answers are written: as the client asked for it. */
export interface Format {
  /** The content type of a whole answer, and of a watch. */
  readonly type: string;
  readonly streamType: string;
  whole(body: unknown): Uint8Array;
  event(type: string, object: unknown): Uint8Array;
}

/** Turns what is about to be sent into what the client asked for: all of it, or metadata only. */
type Shape = (body: unknown) => unknown;

export const json = jsonAs((body) => body);

const protobufType = 'application/vnd.kubernetes.protobuf';

const protobuf: Format = {
  type: protobufType,
  streamType: `${protobufType};stream=watch`,
  whole: encodeObject,
  event: encodeEvent,
};

/**
 * Reads an Accept header; undefined when the server has nothing that it names. The real server has protobuf for all
 * that is built in; here it is there for Leases alone.
 */
export function formatFor(accept: string, resource: Resource): Format | undefined {
  if (accept === '') return json;
  const ranges = accept.split(',').map((range) => range.replaceAll(' ', '').toLowerCase());
  for (const range of ranges) {
    if (resource === leases && isProtobuf(range)) return protobuf;
    if (/^application\/json;.*as=partialobjectmetadata(list)?\b/.test(range)) return jsonAs(metadataOnly);
    if (/^(application\/json|application\/\*|\*\/\*)(;(?!as=)[^;]*)*$/.test(range)) return json;
  }
  return undefined;
}

function isProtobuf(range: string): boolean {
  const [type, ...parameters] = range.split(';');
  return type === protobufType && parameters.every((parameter) => parameter === 'stream=watch');
}

function jsonAs(shape: Shape): Format {
  const line = (value: unknown): Uint8Array => Buffer.from(`${JSON.stringify(value)}\n`);
  return {
    type: 'application/json',
    streamType: 'application/json',
    whole: (body) => line(shape(body)),
    event: (type, object) => line({ type, object: shape(object) }),
  };
}

const partial = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' };

function metadataOnly(body: unknown): unknown {
  if (!isFields(body) || body.kind === 'Status') return body;
  const { metadata, items } = body;
  if (!Array.isArray(items)) return { ...partial, metadata };
  return { ...partial, kind: `${partial.kind}List`, metadata, items: items.filter(isFields).map(partialOf) };
}

function partialOf(item: Fields): unknown {
  return { ...partial, metadata: item.metadata };
}
