import { type Parsed, written } from './config-values.ts';

/** Patterns of policies: globs for names of Kubernetes, in which only `*` and `?` are wildcards. */
interface PatternKind {
  /** What it stands for, in the plural. */
  readonly what: 'namespaces' | 'names' | 'values';
  /** As in a character class of a regular expression. */
  readonly letters: string;
  readonly longest: number;
}

const names: PatternKind = { what: 'names', letters: '-a-z0-9.', longest: 253 };

export const namespacePattern = pattern({ what: 'namespaces', letters: '-a-z0-9', longest: 63 });
export const namePattern = pattern(names);
export const labelPattern = pattern({ what: 'values', letters: '-A-Za-z0-9_.', longest: 63 });

function pattern(kind: PatternKind) {
  const label = kind.what === 'values';
  const type = label ? (['string', 'number', 'boolean'] as const) : 'string';
  return written({ type, pattern: `^[${kind.letters}*?]${label ? '*' : '+'}$` }, (input): Parsed<string> => {
    // YAML reads an unquoted label value as a number or a boolean.
    const given = label && (typeof input === 'number' || typeof input === 'boolean') ? String(input) : input;
    if (typeof given !== 'string' || (given === '' && !label)) return { expected: form(kind) };
    const doubt = doubtAbout(given, kind);
    return doubt === undefined ? { value: given } : { expected: `${form(kind)} (${doubt})` };
  });
}

function form({ what }: PatternKind): string {
  const one = { namespaces: 'a namespace', names: 'a name of Kubernetes', values: 'a label value' }[what];
  return `${one}, in which * stands for any text and ? for one character`;
}

/** Why a pattern cannot be meant as it was written: what it would match, and what is probably meant. */
function doubtAbout(pattern: string, kind: PatternKind): string | undefined {
  if (pattern.includes('/') && kind.what !== 'values') return slashDoubt(pattern, kind);
  const strange = [...pattern].find((character) => !isLetter(character, kind));
  if (strange === undefined && !pattern.includes('.*') && pattern.length <= kind.longest) return undefined;
  const meant = meantBy(pattern, kind);
  return `as a glob it would match ${reach(pattern, strange, kind)}${meant === undefined ? '' : `; perhaps "${meant}" is meant`}`;
}

function slashDoubt(pattern: string, kind: PatternKind): string {
  const [namespace = '', name = '', ...more] = pattern.split('/');
  const meant =
    more.length > 0 || namespace === '' || name === ''
      ? ''
      : `; perhaps namespace: ${quotedGlob(namespace)} and name: ${quotedGlob(name)} are meant`;
  return `as a glob it would match nothing: no ${singular(kind)} has "/" in it${meant}`;
}

/** In YAML a star at the beginning is an alias. */
function quotedGlob(pattern: string): string {
  return /^[*?]/.test(pattern) ? `"${pattern}"` : pattern;
}

function reach(pattern: string, strange: string | undefined, kind: PatternKind): string {
  if (strange !== undefined) return `nothing: no ${singular(kind)} has ${JSON.stringify(strange)} in it`;
  if (pattern.replaceAll('*', '').length > kind.longest) return `nothing: it is longer than ${kind.longest}`;
  return `only ${globInWords(pattern, kind.what)}`;
}

/** `names that begin with "till-"`. */
export function globInWords(pattern: string, what: string): string {
  const [begin = '', end = '', ...more] = pattern.split('*');
  if (pattern.includes('?') || more.length > 0) return `${what} of the form "${pattern}"`;
  if (!pattern.includes('*')) return `the ${what.slice(0, -1)} "${pattern}"`;
  const parts = [
    ...(begin === '' ? [] : [`begin with "${begin}"`]),
    ...(end === '' ? [] : [`end with "${end}"`]),
  ];
  return parts.length === 0 ? `all ${what}` : `${what} that ${parts.join(' and ')}`;
}

/** The glob for what reads like a regular expression, or like a name in capitals. */
function meantBy(pattern: string, kind: PatternKind): string | undefined {
  const anchored = { begin: pattern.startsWith('^'), end: pattern.endsWith('$') };
  const middle = pattern.slice(anchored.begin ? 1 : 0, anchored.end ? -1 : undefined);
  const glob = middle.replaceAll('\\.', '.').replace(/\.[*+]/g, '*');
  const open = anchored.begin === anchored.end ? glob : anchored.begin ? `${glob}*` : `*${glob}`;
  const meant = (kind.what === 'values' ? open : open.toLowerCase()).replace(/\*+/g, '*');
  if (meant === pattern || meant === '' || meant.length > kind.longest) return undefined;
  return [...meant].every((character) => isLetter(character, kind)) ? meant : undefined;
}

function isLetter(character: string, { letters }: PatternKind): boolean {
  return new RegExp(`^[${letters}*?]$`).test(character);
}

function singular({ what }: PatternKind): string {
  return what.slice(0, -1);
}
