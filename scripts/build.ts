/** Bundles what ships into dist/: the program and its worker threads with all that they import, and the library. */
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { buildInstrument } from './build-instrument.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

/** Libraries in CommonJS call `require`, which a module does not have. */
const requireForCommonJs =
  "import { createRequire as leasewatchRequire } from 'node:module'; const require = leasewatchRequire(import.meta.url);";

rmSync(dist, { recursive: true, force: true });
const result = await build({
  absWorkingDir: root,
  entryPoints: {
    leasewatch: 'exporter/main.ts',
    'outbox-worker': 'exporter/delivery/outbox-worker.ts',
    'sockets-worker': 'exporter/sources/sockets-worker.ts',
  },
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // winston-loki asks for it only to send protobuf by itself, which it never does here.
  external: ['snappy'],
  banner: { js: requireForCommonJs },
  metafile: true,
  logLevel: 'warning',
});

const library = await buildInstrument(dist);

const program = join(dist, 'leasewatch.js');
writeFileSync(program, `#!/usr/bin/env node\n${readFileSync(program, 'utf8').replace(/^#!.*\n/, '')}`, {
  mode: 0o755,
});
chmodSync(program, 0o755);

for (const [file, { bytes }] of Object.entries({ ...result.metafile.outputs, ...library })) {
  console.log(`${file}  ${Math.ceil(bytes / 1024)} KiB`);
}
