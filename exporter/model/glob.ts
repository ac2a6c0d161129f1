/**
 * Whether a text matches a pattern in which `*` stands for any text, also for none, and `?` for one
 * character; everything else stands for itself. Takes at most the product of both lengths, whatever the
 * pattern: a regular expression made of `*a*a*a*b` would not.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  return matches(pattern, text, () => true);
}

/**
 * Whether `wide` matches every text that the pattern `narrow` matches. True is proof. (It is found by
 * reading `narrow` as a text, in which a `?` of `wide` must not stand for a `*`.)
 */
export function coversGlob(wide: string, narrow: string): boolean {
  return matches(wide, narrow, (character) => character !== '*');
}

export function isGlob(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

function matches(pattern: string, text: string, isOne: (character: string) => boolean): boolean {
  let at = 0;
  // Behind the last star, and how much of the text that star stands for up to now.
  let afterStar = -1;
  let starEnd = 0;
  let index = 0;
  while (index < text.length) {
    const wanted = pattern[at];
    const character = text.charAt(index);
    if (wanted === '*') {
      at += 1;
      afterStar = at;
      starEnd = index;
    } else if (wanted === '?' ? isOne(character) : wanted === character) {
      at += 1;
      index += 1;
    } else if (afterStar >= 0) {
      at = afterStar;
      starEnd += 1;
      index = starEnd;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
