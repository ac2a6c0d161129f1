import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const rules = join(import.meta.dirname, '../../alerts/leasewatch.rules.yaml');
const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

const longSeconds = 600;

/**
 * The shipped rules with every duration divided: intervals, `for`, `keep_firing_for` and the ranges of queries.
 * The expressions stay as they are. What takes ten minutes or more may be divided by more.
 */
export function scaledRules(divisor: number, longDivisor = divisor): string {
  const scaled = (count: string, unit: string) => {
    const took = Number(count) * (seconds[unit] ?? 0);
    return `${Math.round((took * 1000) / (took < longSeconds ? divisor : longDivisor))}ms`;
  };
  return readFileSync(rules, 'utf8')
    .replace(
      /^(\s*(?:interval|for|keep_firing_for): )(\d+)([smhd])$/gm,
      (_, key, count, unit) => `${key}${scaled(count, unit)}`,
    )
    .replace(/\[(\d+)([smhd])\]/g, (_, count, unit) => `[${scaled(count, unit)}]`);
}
