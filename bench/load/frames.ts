import { formatMicroTime } from '../../exporter/kube/microtime.ts';
import { encodeEvent } from '../../simulator/apiserver/protobuf.ts';
import { numberField } from '../../simulator/apiserver/protobuf-wire.ts';
import { type Lease, placeholders } from './population.ts';

export type Format = 'protobuf' | 'json';

/** The MODIFIED events of many leases, one after the other, each in an HTTP chunk of its own as a server flushes them. */
export interface Frames {
  readonly bytes: Buffer;
  readonly count: number;
  /** Where event `index` begins; that of the number after the last is the end. */
  begin(index: number): number;
  /** Writes the revision and the renewTime (Unix µs) of event `index`. */
  stamp(index: number, revision: number, renewTime: number): void;
}

interface Places {
  readonly begins: Float64Array;
  readonly revisions: Float64Array;
  readonly times: Float64Array;
}

export function framesOf(leases: readonly Lease[], format: Format): Frames {
  const encode = format === 'protobuf' ? encodeEvent : eventLine;
  const chunks = leases.map((lease) => httpChunk(Buffer.from(encode('MODIFIED', lease))));
  const bytes = Buffer.concat(chunks);
  const places = placesIn(chunks, format);
  const stampTime = format === 'protobuf' ? stampProtobuf : stampJson;
  return {
    bytes,
    count: leases.length,
    begin: (index) => places.begins[index] ?? Number.NaN,
    stamp(index, revision, renewTime) {
      digits(bytes, places.revisions[index] ?? 0, revision, placeholders.resourceVersion.length);
      stampTime(bytes, places.times[index] ?? 0, renewTime);
    },
  };
}

/** All leases as the beginning of a watch, with the mark at their end. */
export function stateOf(leases: readonly Lease[], format: Format): Buffer {
  const encode = format === 'protobuf' ? encodeEvent : eventLine;
  const end = { 'k8s.io/initial-events-end': 'true' };
  const metadata = { resourceVersion: placeholders.resourceVersion, annotations: end };
  const bookmark = { kind: 'Lease', apiVersion: 'coordination.k8s.io/v1', metadata, spec: {} };
  return Buffer.concat([
    ...leases.map((lease) => httpChunk(Buffer.from(encode('ADDED', lease)))),
    httpChunk(Buffer.from(encode('BOOKMARK', bookmark))),
  ]);
}

function placesIn(chunks: readonly Buffer[], format: Format): Places {
  const places = {
    begins: new Float64Array(chunks.length + 1),
    revisions: new Float64Array(chunks.length),
    times: new Float64Array(chunks.length),
  };
  const time = format === 'protobuf' ? protobufTime() : Buffer.from(formatMicroTime(placeholders.renewTime));
  let at = 0;
  for (const [index, chunk] of chunks.entries()) {
    places.begins[index] = at;
    places.revisions[index] = at + found(chunk, Buffer.from(placeholders.resourceVersion));
    places.times[index] = at + found(chunk, time);
    at += chunk.length;
  }
  places.begins[chunks.length] = at;
  return places;
}

function found(chunk: Buffer, what: Buffer): number {
  const at = chunk.indexOf(what);
  if (at < 0) throw new Error('bench: an event has no revision or no renewTime');
  return at;
}

function eventLine(type: string, object: unknown): Buffer {
  return Buffer.from(`${JSON.stringify({ type, object })}\n`);
}

function httpChunk(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

function protobufTime(): Buffer {
  const seconds = Math.floor(placeholders.renewTime / 1e6);
  const nanos = (placeholders.renewTime - seconds * 1e6) * 1000;
  return Buffer.concat([numberField(1, seconds), numberField(2, nanos)]);
}

/** Two numbers of five bytes, each after its tag. */
function stampProtobuf(bytes: Buffer, at: number, micros: number): void {
  const seconds = Math.floor(micros / 1e6);
  varint(bytes, at + 1, seconds);
  varint(bytes, at + 7, (micros - seconds * 1e6) * 1000);
}

function varint(bytes: Buffer, at: number, value: number): void {
  let rest = value;
  for (let i = 0; i < 4; i++) {
    bytes[at + i] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  bytes[at + 4] = rest;
}

/** Of a time such as `2026-01-02T03:04:05.900000Z` what changes within a run. */
function stampJson(bytes: Buffer, at: number, micros: number): void {
  bytes.write(formatMicroTime(micros), at, 'latin1');
}

function digits(bytes: Buffer, at: number, value: number, count: number): void {
  let rest = value;
  for (let i = count - 1; i >= 0; i--) {
    bytes[at + i] = 0x30 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}
