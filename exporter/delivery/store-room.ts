import { deadLetterBytes } from './dead-letters.ts';
import type { Accounts } from './store-accounts.ts';
import type { StoreStatements } from './store-statements.ts';

/**
 * Keeps the sum of all bodies within `maxBytes`. Dead letters go before anything that a receiver may still
 * take, the oldest first; then what waits, the least important and oldest first.
 */
export function makeRoom(sql: StoreStatements, accounts: Accounts, maxBytes: number): void {
  const { pending, dead } = accounts.bytes;
  const excess = pending + dead - maxBytes;
  const freed = forgetLetters(sql, accounts, Math.max(excess, dead - deadLetterBytes(maxBytes)));
  giveUp(sql, accounts, excess - freed);
}

/** Returns the bytes that this freed. */
function forgetLetters(sql: StoreStatements, accounts: Accounts, excess: number): number {
  let freed = 0;
  while (freed < excess) {
    const letter = sql.oldestLetter();
    if (letter === undefined) break;
    sql.deleteLetter(letter.id);
    accounts.forgotten(letter.route, letter.size);
    freed += letter.size;
  }
  return freed;
}

function giveUp(sql: StoreStatements, accounts: Accounts, excess: number): void {
  for (let left = excess; left > 0; ) {
    // What is being sent stays: its batch must come again with the same bytes.
    const victim = sql.leastImportant();
    if (victim === undefined) return;
    sql.deleteRecord(victim.id);
    accounts.left(victim.route, 1, victim.size, 'full');
    left -= victim.size;
  }
}
