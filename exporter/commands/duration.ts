const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds of a duration such as `500ms`, `30s`, `2m` or `1h`; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim());
  const unit = match?.[2];
  if (match === null || !isUnit(unit)) return undefined;
  return Number(match[1]) * units[unit];
}

function isUnit(text: string | undefined): text is keyof typeof units {
  return text !== undefined && text in units;
}
