import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');

/**
 * Bundles what applications import, with its types, into a folder; returns its files with their sizes in bytes.
 * It shares the application's prom-client, and nothing else is needed.
 */
export async function buildInstrument(dist: string): Promise<Readonly<Record<string, { bytes: number }>>> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { instrument: 'instrument/index.ts' },
    outdir: dist,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['prom-client'],
    metafile: true,
    logLevel: 'warning',
  });
  execFileSync(process.execPath, [
    join(root, 'node_modules/typescript/bin/tsc'),
    ...['--project', join(root, 'tsconfig.instrument.json'), '--outDir', join(dist, 'types')],
  ]);
  return metafile.outputs;
}
