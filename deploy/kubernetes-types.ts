import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as client from '@kubernetes/client-node';
import { z } from 'zod';
import { allowedWords } from './kubernetes-words.ts';

/** Where a manifest is not what Kubernetes takes: the place and what is wrong there. */
export type Problem = string;

const fieldsSchema = z.array(z.object({ baseName: z.string(), type: z.string() }));
const objectSchema = z.record(z.string(), z.unknown());
const typings = join(import.meta.dirname, '../node_modules/@kubernetes/client-node/dist/gen/models');

/** Holds a value against a type of the OpenAPI document of Kubernetes, such as `V1Deployment`, as client-node has it. */
export function problemsOfType(value: unknown, type: string, at: string): readonly Problem[] {
  const element = /^Array<(.+)>$/.exec(type)?.[1];
  if (element !== undefined) {
    if (!Array.isArray(value)) return [`${at}: must be a list`];
    return value.flatMap((each, index) => problemsOfType(each, element, `${at}[${index}]`));
  }
  const member = /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1];
  if (member !== undefined) return problemsOfMap(value, member, at);
  return problemsOfScalar(value, type, at) ?? problemsOfObject(value, type, at);
}

function problemsOfMap(value: unknown, member: string, at: string): readonly Problem[] {
  const parsed = objectSchema.safeParse(value);
  if (!parsed.success) return [`${at}: must be an object`];
  return Object.entries(parsed.data).flatMap(([key, each]) => problemsOfType(each, member, `${at}.${key}`));
}

/** Quantities of resources are strings there; a bare number is taken, too. */
const scalars: Readonly<Record<string, (value: unknown) => boolean>> = {
  any: () => true,
  object: (value) => objectSchema.safeParse(value).success,
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  IntOrString: (value) => typeof value === 'string' || Number.isInteger(value),
};

function problemsOfScalar(value: unknown, type: string, at: string): readonly Problem[] | undefined {
  const accepts = scalars[type];
  if (accepts === undefined) return undefined;
  return accepts(value) ? [] : [`${at}: must be of type ${type}, and is ${JSON.stringify(value)}`];
}

function problemsOfObject(value: unknown, type: string, at: string): readonly Problem[] {
  const parsed = objectSchema.safeParse(value);
  if (!parsed.success) return [`${at}: must be an object (${type})`];
  const fields = fieldsOf(type);
  const wrong = Object.entries(parsed.data).flatMap(([name, each]) => {
    const field = fields.get(name);
    if (field === undefined) return [`${at}.${name}: ${type} has no such field`];
    const words = allowedWords[`${type}.${name}`];
    return [
      ...problemsOfType(each, field, `${at}.${name}`),
      ...(words === undefined ? [] : problemsOfWords(each, words, `${at}.${name}`)),
    ];
  });
  const missing = requiredOf(type).filter((name) => !(name in parsed.data));
  return [...wrong, ...missing.map((name) => `${at}.${name}: ${type} needs it`)];
}

/** A word, or a list of words. */
function problemsOfWords(value: unknown, words: readonly string[], at: string): readonly Problem[] {
  const given: readonly unknown[] = Array.isArray(value) ? value : [value];
  return given
    .filter((each) => typeof each === 'string' && !words.includes(each))
    .map((each) => `${at}: must be one of ${words.join(', ')}, and is ${JSON.stringify(each)}`);
}

function fieldsOf(type: string): ReadonlyMap<string, string> {
  const models: Readonly<Record<string, unknown>> = client;
  const model = models[type];
  if (typeof model !== 'function') throw new Error(`types: client-node has no type ${type}`);
  const fields = fieldsSchema.parse(Reflect.get(model, 'attributeTypeMap'));
  return new Map(fields.map(({ baseName, type }) => [baseName, type]));
}

/** Only the types of client-node tell these apart: `'name'?: string` may be left out, `'name': string` not. */
function requiredOf(type: string): readonly string[] {
  const text = readFileSync(join(typings, `${type}.d.ts`), 'utf8');
  return [...text.matchAll(/^ {4}'(\w+)': /gm)].flatMap(([, name]) => name ?? []);
}
