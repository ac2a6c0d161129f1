import { join } from 'node:path';
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

/**
 * Bundles the program and its worker threads with all that they import into a folder; returns esbuild's list
 * of what went in and came out. Nothing is minified: a stack trace from production has to be readable.
 */
export async function buildProgram(dist: string): Promise<Metafile> {
  const { metafile } = await build({
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
    plugins: [withoutTypedClients],
    banner: { js: requireForCommonJs },
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
}
