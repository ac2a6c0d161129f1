import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { z } from 'zod';

/** One thing that is wrong, and where: `web.yml:3:5: tls_server_config.min_version`. */
export interface Problem {
  readonly place: string;
  readonly message: string;
}

export function describePlaced({ place, message }: Problem): string {
  return `${place}: ${message}`;
}

export type Path = readonly PropertyKey[];

/** A YAML text that remembers where its values stand. */
export interface PlacedDocument {
  /** Without the keys that have no value. */
  readonly value: unknown;
  problem(path: Path, message: string): Problem;
}

export type PlacedYaml =
  | { readonly kind: 'ok'; readonly document: PlacedDocument }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** Errors never quote the text: it holds keys and hashes of passwords. */
export function readPlacedYaml(name: string, text: string): PlacedYaml {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const problems = document.errors.map(({ code, pos }) => ({
    place: at(pos[0]),
    message: `is no YAML: ${code === 'DUPLICATE_KEY' ? 'a key stands there twice' : code}`,
  }));
  if (problems.length > 0) return { kind: 'invalid', problems };
  const value = plainValue(() => document.toJS({ maxAliasCount: 100 }));
  if (value === undefined) {
    return { kind: 'invalid', problems: [{ place: name, message: 'is no YAML: an alias has no anchor' }] };
  }
  return {
    kind: 'ok',
    document: {
      value: withoutEmptyKeys(value.js ?? {}),
      problem(path, message) {
        const offset = offsetOf(document.contents, path);
        const key = pathText(path);
        return { place: `${at(offset)}${key === '' ? '' : `: ${key}`}`, message };
      },
    },
  };
}

function plainValue(make: () => unknown): { readonly js: unknown } | undefined {
  try {
    return { js: make() };
  } catch {
    return undefined;
  }
}

/** A key without a value is the same as no key, but a user without a hash is a mistake that opens a door. */
function withoutEmptyKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(
    kept.map(([key, inner]) => [key, key === 'basic_auth_users' ? inner : withoutEmptyKeys(inner)]),
  );
}

/** Where the key of a path stands, or the nearest section around it. */
function offsetOf(root: unknown, path: Path): number {
  let node: unknown = root;
  let offset = startOf(node);
  for (const key of path) {
    const [at, next]: readonly [unknown, unknown] = stepInto(node, key);
    if (next === undefined) return offset;
    offset = startOf(at) || offset;
    node = next;
  }
  return offset;
}

function stepInto(node: unknown, key: PropertyKey): readonly [unknown, unknown] {
  if (isSeq(node) && typeof key === 'number') return [node.items[key], node.items[key]];
  const pair = isMap(node)
    ? node.items.find(({ key: name }) => isScalar(name) && String(name.value) === String(key))
    : undefined;
  return [pair?.key, pair?.value ?? pair?.key];
}

function startOf(node: unknown): number {
  return isNode(node) ? rangeStart(node) : 0;
}

function rangeStart(node: Node): number {
  return node.range?.[0] ?? 0;
}

function pathText(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

/** What zod found, with its places. Values are shown only where they can be no secret. */
export function placedProblems(
  error: z.ZodError,
  document: PlacedDocument,
  schema: z.ZodObject,
): readonly Problem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const known = keysAt(schema, issue.path).join(', ');
      return issue.keys.map((key) =>
        document.problem([...issue.path, key], `is no option here; there are ${known}`),
      );
    }
    if (issue.code === 'invalid_key')
      return [document.problem(issue.path, issue.issues[0]?.message ?? issue.message)];
    if (issue.code === 'invalid_type') {
      const wanted = issue.expected === 'array' ? 'must be a list' : 'must be a section with keys of its own';
      return [document.problem(issue.path, wanted)];
    }
    return [document.problem(issue.path, `${issue.message}${shown(document.value, issue.path)}`)];
  });
}

function keysAt(schema: z.ZodObject, path: Path): readonly string[] {
  let inner: unknown = schema;
  for (const key of path) {
    const optional = inner instanceof z.ZodObject ? inner.shape[String(key)] : undefined;
    inner = optional instanceof z.ZodOptional ? optional.unwrap() : optional;
  }
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

const secretKeys: ReadonlySet<PropertyKey> = new Set([
  'basic_auth_users',
  'cert',
  'key',
  'client_ca',
  'bearer_token_file',
]);
const longestShown = 80;

function shown(root: unknown, path: Path): string {
  if (path.some((key) => secretKeys.has(key))) return '';
  let value = root;
  for (const key of path)
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  const json = JSON.stringify(value) ?? '';
  return json === '' ? '' : `, not ${json.length > longestShown ? `${json.slice(0, longestShown)}…` : json}`;
}
