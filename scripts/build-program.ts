import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

const root = join(import.meta.dirname, '..');

/** Libraries in CommonJS call `require`, which a module does not have. */
const requireForCommonJs =
  "import { createRequire as leasewatchRequire } from 'node:module'; const require = leasewatchRequire(import.meta.url);";

/**
 * client-node does not say that its modules do nothing when they are imported. Without that, its kubeconfig
 * would bring the typed client of every API of Kubernetes along: 15 MB that nothing here calls.
 */
const withoutTypedClients: Plugin = {
  name: 'without-typed-clients',
  setup({ onResolve }) {
    onResolve({ filter: /^\.{1,2}\// }, ({ importer, path, resolveDir }) =>
      importer.includes('/@kubernetes/client-node/dist/')
        ? { path: join(resolveDir, path), sideEffects: false }
        : undefined,
    );
  },
};

/** zod brings its messages in fifty languages along, and reads them all; English is not among these. */
const withoutTranslations: Plugin = {
  name: 'without-translations',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/locales\/index\.js$/ }, ({ importer, path }) =>
      importer.includes('/zod/') ? { path, namespace: 'translations' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'translations' }, () => ({ contents: 'export {};' }));
  },
};

/**
 * V8 keeps the text of a module for as long as it runs, and a single character beyond Latin-1 makes all of it twice
 * as long. esbuild escapes those of the code itself; what is left stands in comments.
 */
function inLatin1(text: string): string {
  return text.replace(/[^\0-\xff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Bundles the program and its worker threads with all that they import into a folder; returns esbuild's list
 * of what went in and came out. Nothing is minified: a stack trace from production has to be readable.
 */
export async function buildProgram(dist: string): Promise<Metafile> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: {
      leasewatch: 'exporter/main.ts',
      'outbox-worker': 'exporter/delivery/outbox-worker.ts',
      'password-worker': 'exporter/web/password-worker.ts',
      'sockets-worker': 'exporter/sources/sockets-worker.ts',
    },
    outdir: dist,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // winston-loki asks for it only to send protobuf by itself, which it never does here.
    // And a page that is built already needs no bundler.
    external: ['snappy', 'esbuild'],
    plugins: [withoutTypedClients, withoutTranslations],
    banner: { js: requireForCommonJs },
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, inLatin1(text));
  }
  return metafile;
}
