import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Route } from '../delivery/outbox.ts';
import type { KeptRecord, OutboxPages, Table } from '../delivery/outbox-pages.ts';
import { requestBody } from '../delivery/request-bodies.ts';

export interface Exported {
  readonly files: readonly { readonly route: Route; readonly path: string; readonly records: number }[];
  /** Left out, since they are not what was written. */
  readonly damaged: number;
}

/** Far below every receiver's limit, like what is sent. */
const fileBytes = 1_000_000;

/**
 * Writes everything that waits, or all dead letters, into `folder`: each file is the body of one request,
 * with records of one stream, oldest first in the order of the names. Never overwrites a file. Throws the
 * errors of the file system and of SQLite.
 */
export function exportRecords(pages: OutboxPages, table: Table, folder: string): Exported {
  mkdirSync(folder, { recursive: true });
  const files: Exported['files'][number][] = [];
  let damaged = 0;
  function leaveOut(): void {
    damaged += 1;
  }
  for (const { route, stream } of pages.queues(table)) {
    for (const bodies of requests(pages.records(table, { route, stream }), leaveOut)) {
      const number = String(files.length + 1).padStart(6, '0');
      const path = join(folder, `${table === 'records' ? '' : 'dead-'}${route}-${number}.json`);
      writeFileSync(path, Buffer.concat(requestBody(route, stream, bodies)), { flag: 'wx' });
      files.push({ route, path, records: bodies.length });
    }
  }
  return { files, damaged };
}

function* requests(records: Iterable<KeptRecord>, leaveOut: () => void): Generator<readonly Uint8Array[]> {
  let bodies: Uint8Array[] = [];
  let bytes = 0;
  for (const { sound, body } of records) {
    if (!sound || body === undefined) {
      leaveOut();
      continue;
    }
    if (bodies.length > 0 && bytes + body.byteLength > fileBytes) {
      yield bodies;
      bodies = [];
      bytes = 0;
    }
    bodies.push(body);
    bytes += body.byteLength;
  }
  if (bodies.length > 0) yield bodies;
}
