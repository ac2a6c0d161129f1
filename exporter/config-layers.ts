import { parseDocument } from 'yaml';
import { type ConfigProblem, type Path, pathText } from './config-problems.ts';

/** One value from a flag or a variable, and the place in the file's layout where it belongs. */
export interface Setting {
  /** `--listen`, `POD_NAMESPACE`. */
  readonly origin: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

export interface Layer<T> {
  readonly found: T;
  readonly problems: readonly ConfigProblem[];
}

type Section = Record<string, unknown>;

/** The YAML of a configuration file. A key without a value is the same as no key. */
export function readYaml(name: string, text: string): Layer<unknown> {
  const document = parseDocument(text);
  const problems = document.errors.map((error) => ({
    path: [name, error.linePos?.[0].line, error.linePos?.[0].col]
      .filter((part) => part !== undefined)
      .join(':'),
    value: '',
    message: `is no YAML: ${wordsOf(error)}`,
  }));
  if (problems.length > 0) return { found: {}, problems };
  try {
    return { found: withoutNulls(document.toJS({ maxAliasCount: 100 })) ?? {}, problems };
  } catch {
    // Its words would quote the alias, and a secret may begin with an asterisk.
    const message = 'is no YAML: an alias without its anchor, or too many of them';
    return { found: {}, problems: [{ path: name, value: '', message }] };
  }
}

/** Some errors quote the text after a colon. */
function wordsOf({ message }: Error): string {
  return message.split(/ at line \d+|\n|: /)[0] ?? '';
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isSection(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutNulls(inner)]));
}

export interface Merged {
  readonly raw: unknown;
  /** Where the value at a path was written: a flag, a variable, or the path in the file. */
  origin(path: Path): string;
}

/** Later settings win over earlier ones, and all of them over the file. */
export function mergeLayers(fileName: string, file: unknown, settings: readonly Setting[]): Merged {
  const origins = new Map<string, string>();
  const raw = structuredClone(file);
  for (const { origin, path, value } of settings) {
    if (put(raw, path, value)) origins.set(pathText(path), origin);
  }
  return {
    raw,
    origin(path) {
      for (let length = path.length; length > 0; length--) {
        const origin = origins.get(pathText(path.slice(0, length)));
        if (origin !== undefined) return origin;
      }
      return path.length === 0 ? fileName : pathText(path);
    },
  };
}

/** False where the file has no section to put it into: that is a problem of the file, reported as such. */
function put(raw: unknown, path: readonly string[], value: unknown): boolean {
  let section = raw;
  for (const key of path.slice(0, -1)) {
    if (!isSection(section)) return false;
    section[key] ??= {};
    section = section[key];
  }
  const last = path.at(-1);
  if (!isSection(section) || last === undefined) return false;
  section[last] = value;
  return true;
}

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
