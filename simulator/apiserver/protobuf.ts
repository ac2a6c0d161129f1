import { parseMicroTime } from '../../exporter/kube/microtime.ts';
import { isFields } from './json.ts';
import {
  bytesField,
  each,
  messageField,
  numberField,
  optional,
  type Part,
  textField,
} from './protobuf-wire.ts';
import type { Fields } from './store.ts';

const magic = Buffer.from('k8s\0');

/** A Lease, a LeaseList or a Status in its envelope, field by field as kube-apiserver writes it. */
export function encodeObject(object: unknown): Uint8Array {
  const { kind, apiVersion } = fields(object);
  const typeMeta = messageField(1, [textField(1, text(apiVersion)), textField(2, text(kind))]);
  const raw = bytesField(2, Buffer.concat(partsOf(object)));
  return Buffer.concat([magic, typeMeta, raw, textField(3, ''), textField(4, '')]);
}

/** An event of a watch in its frame. */
export function encodeEvent(type: string, object: unknown): Uint8Array {
  const event = Buffer.concat([textField(1, type), messageField(2, [bytesField(1, encodeObject(object))])]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(event.length);
  return Buffer.concat([length, event]);
}

function partsOf(object: unknown): readonly Part[] {
  const { kind } = fields(object);
  if (kind === 'Status') return status(fields(object));
  if (kind === 'LeaseList') return list(fields(object));
  if (kind === 'Lease') return lease(object);
  throw new Error(`simulator: no protobuf for the kind ${text(kind)}`);
}

function list({ metadata, items }: Fields): readonly Part[] {
  const { resourceVersion, continue: token, remainingItemCount } = fields(metadata);
  const meta = [
    textField(1, ''),
    textField(2, text(resourceVersion)),
    textField(3, text(token)),
    optional(number(remainingItemCount), (count) => numberField(4, count)),
  ];
  return [messageField(1, meta), each(array(items), (item) => messageField(2, lease(item)))];
}

function lease(object: unknown): readonly Part[] {
  const { metadata, spec } = fields(object);
  return [messageField(1, objectMeta(fields(metadata))), messageField(2, leaseSpec(fields(spec)))];
}

function leaseSpec(spec: Fields): readonly Part[] {
  const optionalText = (field: number, value: unknown): Part =>
    optional(typeof value === 'string' ? value : undefined, (found) => textField(field, found));
  return [
    optionalText(1, spec.holderIdentity),
    optional(number(spec.leaseDurationSeconds), (seconds) => numberField(2, seconds)),
    optionalTime(3, spec.acquireTime),
    optionalTime(4, spec.renewTime),
    optional(number(spec.leaseTransitions), (count) => numberField(5, count)),
    optionalText(6, spec.strategy),
    optionalText(7, spec.preferredHolder),
  ];
}

/** What no pointer is in Go is always written, also when it is empty. */
function objectMeta(meta: Fields): readonly Part[] {
  return [
    textField(1, text(meta.name)),
    textField(2, text(meta.generateName)),
    textField(3, text(meta.namespace)),
    textField(4, ''),
    textField(5, text(meta.uid)),
    textField(6, text(meta.resourceVersion)),
    numberField(7, number(meta.generation) ?? 0),
    optionalTime(8, meta.creationTimestamp ?? null),
    optionalTime(9, meta.deletionTimestamp),
    map(11, meta.labels),
    map(12, meta.annotations),
    each(array(meta.ownerReferences), (owner) => messageField(13, ownerReference(fields(owner)))),
    each(array(meta.finalizers), (finalizer) => textField(14, text(finalizer))),
    each(array(meta.managedFields), (entry) => messageField(17, managedFieldsEntry(fields(entry)))),
  ];
}

function ownerReference({ kind, name, uid, apiVersion, controller, blockOwnerDeletion }: Fields) {
  const flag = (field: number, value: unknown): Part =>
    optional(typeof value === 'boolean' ? value : undefined, (is) => numberField(field, is ? 1 : 0));
  const texts = [textField(1, text(kind)), textField(3, text(name)), textField(4, text(uid))];
  return [...texts, textField(5, text(apiVersion)), flag(6, controller), flag(7, blockOwnerDeletion)];
}

function managedFieldsEntry(entry: Fields): readonly Part[] {
  return [
    textField(1, text(entry.manager)),
    textField(2, text(entry.operation)),
    textField(3, text(entry.apiVersion)),
    optionalTime(4, entry.time),
    textField(6, text(entry.fieldsType)),
    optional(entry.fieldsV1, (set) => messageField(7, [textField(1, JSON.stringify(set))])),
    textField(8, text(entry.subresource)),
  ];
}

/** A time that is null, as Go's zero time is in JSON, is a message without fields. */
function optionalTime(field: number, time: unknown): Part {
  if (time === null) return messageField(field, []);
  const micros = typeof time === 'string' ? parseMicroTime(time) : undefined;
  return optional(micros, (found) => {
    const seconds = Math.floor(found / 1_000_000);
    return messageField(field, [
      numberField(1, seconds),
      numberField(2, (found - seconds * 1_000_000) * 1000),
    ]);
  });
}

function status({ status: outcome, message, reason, code }: Fields): readonly Part[] {
  return [
    messageField(1, [textField(1, ''), textField(2, ''), textField(3, '')]),
    textField(2, text(outcome)),
    textField(3, text(message)),
    textField(4, text(reason)),
    numberField(6, number(code) ?? 0),
  ];
}

function map(field: number, pairs: unknown): Part {
  const entries = Object.entries(fields(pairs));
  return each(entries, ([key, value]) => messageField(field, [textField(1, key), textField(2, text(value))]));
}

function fields(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
