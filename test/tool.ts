import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';

/**
 * The path of a tool that a test needs, or undefined after saying that the test was skipped and why.
 * With `CI=true` an absent tool is a failure: there, nothing may be skipped in silence.
 */
export function needTool(t: TestContext, name: string): string | undefined {
  const found = findTool(name);
  if (found !== undefined) return found;
  const why = `${name} is not on the PATH`;
  if (process.env.CI === 'true') throw new Error(`tools: ${why}, and with CI=true it must be`);
  t.skip(`skipped: ${why}`);
  return undefined;
}

/** The path of a tool that a test can do without. */
export function findTool(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    if (folder !== '' && isExecutable(path)) return path;
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
