export const makeRecordIndexes = `
  CREATE INDEX records_by_route ON records (route, id);
  CREATE INDEX records_by_stream ON records (route, stream, id, size);
  CREATE INDEX records_by_importance ON records (importance, id);
`;

export const dropRecordIndexes = `
  DROP INDEX records_by_route;
  DROP INDEX records_by_stream;
  DROP INDEX records_by_importance;
`;

// AUTOINCREMENT: an id is never used twice, so the bounds of a batch always mean the same records.
const outboxTables = `
  BEGIN;
  CREATE TABLE records (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    route TEXT NOT NULL,
    stream TEXT NOT NULL,
    importance INTEGER NOT NULL,
    created INTEGER NOT NULL,
    size INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    body BLOB NOT NULL
  ) STRICT;
  ${makeRecordIndexes}
  CREATE TABLE batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    route TEXT NOT NULL,
    stream TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE counters (
    route TEXT NOT NULL,
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (route, name)
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = 1;
  COMMIT;
`;

const checkpointTable = `
  BEGIN;
  CREATE TABLE checkpoint (
    key TEXT PRIMARY KEY,
    checksum INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = 2;
  COMMIT;
`;

// What a receiver refused for good, with its words. The checksum is that of the record; its number stays.
const deadLettersTable = `
  BEGIN;
  CREATE TABLE dead_letters (
    id INTEGER PRIMARY KEY,
    route TEXT NOT NULL,
    stream TEXT NOT NULL,
    importance INTEGER NOT NULL,
    created INTEGER NOT NULL,
    size INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    body BLOB NOT NULL,
    refused INTEGER NOT NULL,
    destination TEXT NOT NULL,
    words TEXT NOT NULL
  ) STRICT;
  PRAGMA user_version = 3;
  COMMIT;
`;

/** Each step makes the next version of the schema out of the one before, and is never changed again. */
export const schema: readonly string[] = [outboxTables, checkpointTable, deadLettersTable];
