const pattern = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)$/;

/**
 * Parses RFC 3339 as Kubernetes writes it (Time, MicroTime) to Unix microseconds, or `undefined` when it
 * is no such time. `Date` alone would lose the microseconds, which order two writes of one millisecond.
 */
export function parseMicroTime(text: string): number | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const fraction = (match[7] ?? '').padEnd(6, '0').slice(0, 6);
  const seconds = Date.parse(`${text.slice(0, 19).toUpperCase()}${match[8]?.toUpperCase()}`);
  return Number.isNaN(seconds) ? undefined : seconds * 1000 + Number(fraction);
}

/** The same of seconds and nanoseconds; `undefined` for what RFC 3339 cannot write: years beyond four digits. */
export function microsOf(seconds: number, nanos: number): number | undefined {
  if (seconds < yearZero || seconds >= yearTenThousand || nanos < 0 || nanos >= 1e9) return undefined;
  return seconds * 1_000_000 + Math.floor(nanos / 1000);
}

const yearZero = -62_167_219_200;
const yearTenThousand = 253_402_300_800;

/** Writes Unix microseconds as a MicroTime: UTC with exactly six digits, as the API server demands. */
export function formatMicroTime(micros: number): string {
  const whole = Math.floor(micros / 1_000_000);
  const fraction = String(Math.round(micros - whole * 1_000_000)).padStart(6, '0');
  return `${new Date(whole * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}
