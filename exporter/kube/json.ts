/** Small guards for JSON that somebody else wrote: whatever the value is, they answer and never throw. */

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Walks own members by name; `undefined` as soon as a step is missing. */
export function member(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const key of path) {
    if (!isObject(at) || !Object.hasOwn(at, key)) return undefined;
    at = at[key];
  }
  return at;
}

/** A string, at most `cap` UTF-16 units of it, without lone surrogates (they cannot become UTF-8). */
export function textOf(value: unknown, cap = Number.POSITIVE_INFINITY): string | undefined {
  return typeof value === 'string' ? value.slice(0, cap).toWellFormed() : undefined;
}

export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A whole JSON text, or why it is none. */
export function parseJson(text: string): { readonly value: unknown } | { readonly why: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { why: error instanceof Error ? error.message.slice(0, 200) : 'not JSON' };
  }
}
