import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** The files of the page, as text. */
export interface PageFiles {
  readonly 'page.html': string;
  readonly 'page.js': string;
  readonly 'page.css': string;
  readonly 'icon.svg': string;
}

const root = join(import.meta.dirname, '../..');
const browser = join(import.meta.dirname, 'browser');

export interface BuiltPage {
  readonly files: PageFiles;
  /** Of what went in and came out, as esbuild tells it. */
  readonly metafile: Metafile;
}

/** Bundles the page from its sources; only a checkout has them, and the bundler. Rejects with what is wrong with them. */
export async function buildPage(): Promise<BuiltPage> {
  // Whoever runs what was shipped never needs it.
  const { build } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { page: join(browser, 'main.tsx'), style: join(browser, 'page.css') },
    metafile: true,
    outdir: 'dist/page',
    write: false,
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: ['chrome123', 'firefox121', 'safari17.5'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
  });
  const textOf = (name: string) => outputFiles.find(({ path }) => path.endsWith(name))?.text ?? '';
  const files = {
    'page.html': await readFile(join(browser, 'page.html'), 'utf8'),
    'page.js': textOf('page.js'),
    'page.css': textOf('style.css'),
    'icon.svg': await readFile(join(browser, 'icon.svg'), 'utf8'),
  };
  return { files, metafile };
}
