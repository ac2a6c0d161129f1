/** Bundles what ships into dist/: the program and its worker threads with all that they import, the status page, and the library. */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPage } from '../exporter/page/build.ts';
import { buildInstrument } from './build-instrument.ts';
import { buildProgram } from './build-program.ts';
import { sbomOf } from './sbom.ts';
import { notices, shippedPackages } from './shipped.ts';

const dist = join(import.meta.dirname, '..', 'dist');

rmSync(dist, { recursive: true, force: true });
const bundle = await buildProgram(dist);
const page = await buildPage();
mkdirSync(join(dist, 'page'));
for (const [file, text] of Object.entries(page.files)) writeFileSync(join(dist, 'page', file), text);
const library = await buildInstrument(dist);
const outputs = { ...bundle.outputs, ...page.metafile.outputs };
const packages = shippedPackages({ outputs });
writeFileSync(join(dist, 'THIRD-PARTY.md'), notices(packages));
writeFileSync(join(dist, 'sbom.cdx.json'), `${JSON.stringify(sbomOf(packages), null, 2)}\n`);

const program = join(dist, 'leasewatch.js');
writeFileSync(program, `#!/usr/bin/env node\n${readFileSync(program, 'utf8').replace(/^#!.*\n/, '')}`, {
  mode: 0o755,
});
chmodSync(program, 0o755);

const sizes = Object.entries({ ...outputs, ...library }).map(([file, { bytes }]) => ({ file, bytes }));
for (const { file, bytes } of sizes) console.log(`${file}  ${kib(bytes)}`);
console.log(`all of it  ${kib(sizes.reduce((sum, { bytes }) => sum + bytes, 0))}`);

function kib(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`;
}
