import { type ConfigProblem, type Path, shownAt, valueAt } from './config-problems.ts';
import { type Parsed, written } from './config-values.ts';

/** Of the layout of the file. It is raised when a key comes to mean something else, or goes. */
export const configVersion = 1;

export const versionSchema = written({ type: ['integer'] }, (input): Parsed<number> => {
  if (input === configVersion) return { value: configVersion };
  return { expected: `${configVersion}, or left out` };
});

/** A file for a newer leasewatch has keys that mean nothing here: to tell each of them would hide what is wrong. */
export function newerVersion(raw: unknown, origin: (path: Path) => string): ConfigProblem | undefined {
  const version = valueAt(raw, ['version']);
  if (typeof version !== 'number' || !(version > configVersion)) return undefined;
  const message = `is for a newer leasewatch: this one knows files up to version ${configVersion}`;
  return { path: origin(['version']), value: shownAt(raw, ['version']), message };
}
