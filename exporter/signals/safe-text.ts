import { createHash } from 'node:crypto';
import { holderName } from '../model/holder-identity.ts';

/**
 * Text from the cluster is untrusted: it may hold terminal escapes, newlines, marks that turn the
 * direction of writing, halves of surrogate pairs, or a megabyte.
 */
const unsafe = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;

/** Readable text for a person: unsafe characters become U+FFFD, longer text ends in `…`. */
export function printable(text: string, maxLength = 253): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return cut.replace(unsafe, '\ufffd');
}

/**
 * A label value that names an object. What had to be changed or cut ends in a hash of the whole, since
 * two names must never become one series.
 */
export function labelText(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes && text.search(unsafe) < 0) return text;
  const clean = text.slice(0, maxBytes).replace(unsafe, '\ufffd');
  if (clean === text && Buffer.byteLength(text) <= maxBytes) return text;
  return `${cutBytes(clean, maxBytes - 9)}~${shortHash(text)}`;
}

const plausibleHolder = /^[\w.:@/+=~-]{0,100}$/;

/** A holder as a label value: a plausible name or the word `invalid`; never raw text. */
export function holderLabel(holder: string): string {
  const name = holderName(holder);
  return plausibleHolder.test(name) ? name : 'invalid';
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

function cutBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text).subarray(0, Math.max(0, maxBytes));
  return bytes.toString().replace(/\ufffd$/, '');
}
