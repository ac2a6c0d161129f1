import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** A fenced block of code: its language and its text. */
export interface Fence {
  readonly language: string;
  readonly text: string;
}

export interface Page {
  /** Relative to the root of the project. */
  readonly path: string;
  readonly text: string;
  readonly fences: readonly Fence[];
  /** The text without what is in fences. */
  readonly prose: string;
  /** The anchors that GitHub gives to its headings. */
  readonly anchors: ReadonlySet<string>;
}

/** Every page of the project that a person reads. */
export function pages(): readonly Page[] {
  return globSync('**/*.md', { cwd: root, exclude: ['node_modules/**', 'dist/**'] })
    .sort()
    .map((path) => parsePage(path, readFileSync(join(root, path), 'utf8')));
}

export function parsePage(path: string, text: string): Page {
  const fences: Fence[] = [];
  const prose = text.replace(/^( *)```(\w*)[^\n]*\n([\s\S]*?)^ *```$/gm, (_, _indent, language, body) => {
    fences.push({ language: String(language), text: String(body) });
    return '';
  });
  return { path, text, fences, prose, anchors: anchorsOf(prose) };
}

function anchorsOf(prose: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = slugOf(heading);
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    anchors.add(before === 0 ? slug : `${slug}-${before}`);
  }
  return anchors;
}

/** As GitHub does it: small letters, no punctuation, hyphens for spaces. */
function slugOf(heading: string): string {
  const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

/** Where the links of a page lead to: those within the project. */
export function linksOf({ prose }: Page): readonly string[] {
  const text = prose.replace(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(<?([^)>\s]+)>?[^)]*\)/g)]
    .map(([, target]) => target ?? '')
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** What a person would type: the lines of shell blocks, or those after `$` where the output is shown, too. */
export function commandsOf({ fences }: Page): readonly string[] {
  return fences.flatMap(({ language, text }) => {
    const lines = text.replaceAll('\\\n', '').split('\n');
    if (language === 'console')
      return lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2));
    if (!['', 'sh', 'bash'].includes(language)) return [];
    return lines
      .map((line) => line.replace(/\s+#\s.*$/, '').trim())
      .filter((line) => line !== '' && !line.startsWith('#'));
  });
}
