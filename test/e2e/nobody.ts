import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** The user who owns nothing; Linux has the same number everywhere. */
export const nobody = 65_534;

/**
 * For a program to run as nobody, without a single capability. Where that user cannot read this checkout, or
 * we are nobody with the right to change users, it has to be as ourselves: the test says so.
 */
export function asNobody(t: TestContext): { readonly uid?: number } {
  const main = join(import.meta.dirname, '../../exporter/main.ts');
  try {
    execFileSync(process.execPath, [main, '--version'], { uid: nobody, gid: nobody, stdio: 'ignore' });
    return { uid: nobody };
  } catch {
    t.diagnostic('nobody cannot run this checkout: run as the user of the test');
    return {};
  }
}
