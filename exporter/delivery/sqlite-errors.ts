const codes = { unknownName: 1, readonly: 8, corrupt: 11, full: 13, cantOpen: 14, notADatabase: 26 } as const;

/** The index of a log is a file of its own. */
const noRoomForIndex = 4874;

/** The primary SQLite result code of an error, or undefined when SQLite did not raise it. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

/** Whether the file itself is broken, so that trying again cannot help. */
export function isCorruption(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === codes.corrupt || code === codes.notADatabase || isImpossibleNumber(error);
}

/** A number that no JavaScript can have written: SQLite itself sees no damage in it. */
function isImpossibleNumber(error: unknown): boolean {
  return error instanceof RangeError && 'code' in error && error.code === 'ERR_OUT_OF_RANGE';
}

/** Whether there is no room on the disk. */
export function isFull(error: unknown): boolean {
  if (sqliteCode(error) === codes.full) return true;
  return error instanceof Error && 'errcode' in error && error.errcode === noRoomForIndex;
}

/** Whether a statement names what the schema does not have. */
export function isUnknownName(error: unknown): boolean {
  return sqliteCode(error) === codes.unknownName;
}

/** What SQLite would throw, for damage that it did not see. */
export function corruption(what: string): Error {
  return Object.assign(new Error(`outbox: damaged database: ${what}`), { errcode: codes.corrupt });
}

/** Why a file can never be opened as things are; undefined when it may work later. */
export function cannotOpen(error: unknown): string | undefined {
  const code = sqliteCode(error);
  if (code === codes.cantOpen || code === codes.readonly) return message(error);
  const fileSystem = error instanceof Error && 'code' in error ? error.code : undefined;
  return ['EACCES', 'EPERM', 'ENOTDIR', 'EROFS', 'EEXIST'].includes(String(fileSystem))
    ? message(error)
    : undefined;
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
