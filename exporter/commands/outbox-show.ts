import { type KeptRecord, kindOf } from '../delivery/outbox-pages.ts';
import { printable } from '../signals/safe-text.ts';
import { size, time } from './outbox-list.ts';

/** Everything that is known of one record, as text for people. */
export function recordText(record: KeptRecord): string {
  const { id, route, stream, importance, created, refusal } = record;
  const refused =
    refusal === undefined
      ? []
      : [
          `refused ${time(refusal.at)} by ${printable(refusal.destination) || 'its receiver'}: ${printable(refusal.words, 1000)}`,
        ];
  return [
    `record ${id} of ${route}, ${kindOf(importance)}, written ${time(created)}, ${size(record.size)}`,
    ...(stream === '' ? [] : [`stream ${printable(stream, 1000)}`]),
    ...refused,
    record.sound ? bodyText(record) : 'damaged: this is not what was written, and it will not be sent',
  ].join('\n');
}

/** The same for programs; `body` is absent when it is damaged. */
export function recordJson(record: KeptRecord): Readonly<Record<string, unknown>> {
  const { id, route, stream, importance, created, size, sound, refusal } = record;
  return {
    ...{ id, route, stream, kind: kindOf(importance), written: time(created), bytes: size, sound },
    ...(refusal === undefined ? {} : { refused: { ...refusal, at: time(refusal.at) } }),
    ...(sound ? { body: parsed(record) } : {}),
  };
}

function bodyText(record: KeptRecord): string {
  // The escapes of JSON leave some unsafe characters as they are.
  return JSON.stringify(parsed(record), undefined, 2)
    .split('\n')
    .map((line) => printable(line, 100_000))
    .join('\n');
}

/** A record is JSON, unless another program wrote it. */
function parsed({ body }: KeptRecord): unknown {
  const text = Buffer.from(body ?? []).toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
