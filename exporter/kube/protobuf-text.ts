/** Text of a message; bytes that are not UTF-8 become U+FFFD. At most `cap` UTF-16 units of it, without a lone surrogate. */
export function textBetween(bytes: Buffer, from: number, to: number, cap = Number.POSITIVE_INFINITY): string {
  const text = bytes.toString('utf8', from, to);
  return text.length > cap ? text.slice(0, cap).toWellFormed() : text;
}

/** Whether bytes are this text; false where it is not all ASCII. */
export function isText(bytes: Uint8Array, from: number, to: number, text: string): boolean {
  if (text.length !== to - from) return false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit !== bytes[from + i] || unit >= 0x80) return false;
  }
  return true;
}
