import { z } from 'zod';
import { configSchema } from './config-schema.ts';

/** One thing that is wrong with the configuration, named where the user wrote it. */
export interface ConfigProblem {
  /** A path in the file (`websockets.ports[0]`), a flag (`--listen`), a variable, or a file. */
  readonly path: string;
  /** The value as JSON, shortened; empty when there is none, hidden where it may be a secret. */
  readonly value: string;
  readonly message: string;
}

export type Path = readonly PropertyKey[];

export function describeProblem({ path, value, message }: ConfigProblem): string {
  return `${path}: ${message}${value === '' ? '' : `, not ${value}`}`;
}

/** What zod found, in our words. `origin` names where the value at a path was written. */
export function problemsOf(error: z.ZodError, raw: unknown, origin: (path: Path) => string): ConfigProblem[] {
  return error.issues.flatMap((issue) => problemsOfIssue(issue, [], raw, origin));
}

type Issue = z.core.$ZodIssue;

function problemsOfIssue(
  issue: Issue,
  base: Path,
  raw: unknown,
  origin: (path: Path) => string,
): ConfigProblem[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: origin([...path, key]),
      value: '',
      message: `is no option${suggestion(key, knownKeys(path))}`,
    }));
  }
  if (issue.code === 'invalid_union') {
    // The only unions are "one word, or a list": the last branch says what is wrong with the list.
    const nested = issue.errors.at(-1) ?? [];
    return nested.flatMap((inner) => problemsOfIssue(inner, path, raw, origin));
  }
  return [{ path: origin(path), value: shownAt(raw, path), message: messageOf(issue) }];
}

function messageOf(issue: Issue): string {
  if (issue.code !== 'invalid_type') return issue.message;
  return issue.expected === 'array' ? 'must be a list' : 'must be a section with keys of its own';
}

/** The value as the user will recognise it. Headers carry credentials, and errors end up in logs. */
export function shownAt(raw: unknown, path: Path): string {
  if (path.includes('headers')) return '(hidden)';
  const json = (JSON.stringify(valueAt(raw, path)) ?? '').replace(/[^/@"\s]*@/g, '(hidden)@');
  return json.length > longest ? `${json.slice(0, longest)}…` : json;
}

const longest = 80;

export function valueAt(raw: unknown, path: Path): unknown {
  let value = raw;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** `['websockets', 'ports', 0]` as `websockets.ports[0]`. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

function knownKeys(path: Path): readonly string[] {
  let schema: unknown = configSchema;
  for (const key of path) {
    if (schema instanceof z.ZodArray) schema = inner(schema.element);
    else schema = schema instanceof z.ZodObject ? inner(schema.shape[String(key)]) : undefined;
  }
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function inner(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? schema.unwrap() : schema;
}

function suggestion(key: string, known: readonly string[]): string {
  const [best] = known
    .map((name) => ({ name, distance: distance(key.toLowerCase(), name.toLowerCase()) }))
    .filter((candidate) => candidate.distance <= Math.max(2, candidate.name.length / 3))
    .sort((a, b) => a.distance - b.distance);
  return best === undefined ? ` here; there are ${known.join(', ')}` : `; did you mean ${best.name}?`;
}

/** How many letters have to be changed, added or removed (Levenshtein). */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
