import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { PageFiles } from './build.ts';

/** An answer to a request for a file. */
export interface Asset {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const assetPaths = ['/', '/page/page.js', '/page/page.css', '/page/icon.svg'] as const;
export type AssetPath = (typeof assetPaths)[number];

export interface Assets {
  /** The same for the same files. */
  readonly build: string;
  readonly files: Readonly<Record<AssetPath, Asset>>;
}

/**
 * Nothing but our own files, no code and no style inside the page, and no way to make markup of text: what a
 * cluster calls its things can only ever be text.
 */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
};

/** The page as it is served: the files that stand beside the bundle, or in a checkout those built now. */
export async function loadAssets(): Promise<Assets> {
  if (!import.meta.url.endsWith('.ts')) return assetsOf(await readShipped());
  const { buildPage } = await import('./build.ts');
  return assetsOf((await buildPage()).files);
}

async function readShipped(): Promise<PageFiles> {
  const read = (name: string) => readFile(new URL(`./page/${name}`, import.meta.url), 'utf8');
  return {
    'page.html': await read('page.html'),
    'page.js': await read('page.js'),
    'page.css': await read('page.css'),
    'icon.svg': await read('icon.svg'),
  };
}

/** The page asks for its files by what is in them, so that a browser may keep them for ever. */
export function assetsOf(files: PageFiles): Assets {
  const { 'page.html': html, 'page.js': script, 'page.css': style, 'icon.svg': icon } = files;
  const build = hashOf(Object.values(files).join('\0'));
  const page = html
    .replace('{{build}}', build)
    .replace('{{script}}', `/page/page.js?${hashOf(script)}`)
    .replace('{{style}}', `/page/page.css?${hashOf(style)}`)
    .replace('{{icon}}', `/page/icon.svg?${hashOf(icon)}`);
  return {
    build,
    files: {
      '/': assetOf('text/html', page, {}),
      '/page/page.js': assetOf('text/javascript', script, keep),
      '/page/page.css': assetOf('text/css', style, keep),
      '/page/icon.svg': assetOf('image/svg+xml', icon, keep),
    },
  };
}

const keep = { 'cache-control': 'private, max-age=31536000, immutable' };

function assetOf(type: string, body: string, headers: Asset['headers']): Asset {
  return { status: 200, type: `${type}; charset=utf-8`, body, headers: { ...securityHeaders, ...headers } };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
