/**
 * Whether `a` is an older revision than `b` of one object. Officially comparable since Kubernetes 1.35,
 * in fact always (etcd revisions). When one is not a number nothing is called older.
 */
export function isOlder(a: string, b: string): boolean {
  return isRevision(a) && isRevision(b) && isLess(a, b);
}

/** Whether revision `a` is `b` or a later one; false when one is not a number. */
export function isAtLeast(a: string, b: string): boolean {
  return isRevision(a) && isRevision(b) && !isLess(a, b);
}

/** The revision as a number, from which its text can be had again; NaN for one of which it cannot. */
export function revisionOf(text: string): number {
  if (text.length === 0 || text.length > mostExact || text.charCodeAt(0) === zero) return Number.NaN;
  let revision = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - zero;
    if (digit < 0 || digit > 9) return Number.NaN;
    revision = revision * 10 + digit;
  }
  return revision;
}

/** Digits that a number holds exactly, whatever they are. */
const mostExact = 15;

/** Every event is compared with the one before: a regular expression takes a multiple of the time. */
function isRevision(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < zero || unit > nine) return false;
  }
  return text.length > 0;
}

const zero = 0x30;
const nine = 0x39;

function isLess(a: string, b: string): boolean {
  return a.length === b.length ? a < b : a.length < b.length;
}
