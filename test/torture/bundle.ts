import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '../..');

/** Libraries in CommonJS call `require`, which a module does not have. */
const requireForCommonJs =
  "import { createRequire as lifeRequire } from 'node:module'; const require = lifeRequire(import.meta.url);";

/**
 * Bundles the process of a life and its worker into `folder`, and returns the path of the first. It starts in
 * a part of the time that it takes from its sources, and a torture starts it hundreds of times.
 */
export async function bundleLife(folder: string): Promise<string> {
  await build({
    absWorkingDir: root,
    entryPoints: {
      life: 'test/torture/life-process.ts',
      'outbox-worker': 'exporter/delivery/outbox-worker.ts',
    },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    banner: { js: requireForCommonJs },
    logLevel: 'warning',
  });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  return join(folder, 'life.js');
}
