-- An outbox as the first version of its schema had it. Never changed: files like it are out there.
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

CREATE INDEX records_by_route ON records (route, id);
CREATE INDEX records_by_stream ON records (route, stream, id, size);
CREATE INDEX records_by_importance ON records (importance, id);

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

INSERT INTO records (id, route, stream, importance, created, size, checksum, body) VALUES (1, 'logs', '{"level":"info"}', 0, 1767225600000000, 37, 2112324484, X'5b2231373637323235363030303030303030303030222c22616e206f6c64206c696e65225d');
INSERT INTO records (id, route, stream, importance, created, size, checksum, body) VALUES (2, 'traces', '', 2, 1767225600000000, 17, 1776796041, X'7b2273636f70655370616e73223a5b5d7d');
INSERT INTO records (id, route, stream, importance, created, size, checksum, body) VALUES (3, 'logs', '{"level":"info"}', 1, 1767225600000000, 42, 3468707694, X'5b2231373637323235363031303030303030303030222c22616e6f74686572206f6c64206c696e65225d');
INSERT INTO counters (route, name, value) VALUES ('logs', 'enqueued', 2);
INSERT INTO counters (route, name, value) VALUES ('traces', 'enqueued', 2);
INSERT INTO counters (route, name, value) VALUES ('traces', 'full', 1);
