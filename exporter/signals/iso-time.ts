/** Years 0 to 9999: holders may write any time at all, and ISO 8601 has four digits for the year. */
const calendar = { from: -62_167_219_200e6, to: 253_402_300_800e6 };

/** Unix microseconds as ISO 8601 with six digits; undefined beyond the calendar. */
export function isoTime(micros: number): string | undefined {
  const whole = Math.round(micros);
  if (!(whole >= calendar.from && whole < calendar.to)) return undefined;
  const millis = Math.floor(whole / 1000);
  const rest = String(whole - millis * 1000).padStart(3, '0');
  return new Date(millis).toISOString().replace('Z', `${rest}Z`);
}
