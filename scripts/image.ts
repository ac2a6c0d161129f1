import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Sbom, withNode } from './sbom.ts';

const root = join(import.meta.dirname, '..');
const packageSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  devDependencies: z.object({ node: z.string() }),
});

/** What applications import: not for the image. */
const library = ['instrument.js', 'types'];

/**
 * Lays what the image has besides its base into an empty folder: the bundle, its bill of materials, the Node
 * that runs this, and a folder for the outbox. Throws where that Node is not the one that the tests ran with.
 */
export function layImage(dist: string, into: string): void {
  const about = packageSchema.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  const tested = about.devDependencies.node;
  if (process.version !== `v${tested}`) {
    throw new Error(`image: this is Node ${process.version}, and ${tested} is tested`);
  }
  const [bin, app] = [join(into, 'usr/local/bin'), join(into, 'app')];
  mkdirSync(bin, { recursive: true });
  copyFileSync(process.execPath, join(bin, 'node'));
  chmodSync(join(bin, 'node'), 0o755);
  layApp(dist, app, about);
  const sbom: Sbom = JSON.parse(readFileSync(join(dist, 'sbom.cdx.json'), 'utf8'));
  writeJson(join(app, 'dist/sbom.cdx.json'), withNode(sbom, tested, join(bin, 'node')));
  symlinkSync('/app/dist/leasewatch.js', join(bin, 'leasewatch'));
  // Whoever it is run as keeps an outbox there.
  mkdirSync(join(into, 'var/lib/leasewatch'), { recursive: true });
  chmodSync(join(into, 'var/lib/leasewatch'), 0o1777);
}

function layApp(dist: string, app: string, { name, version, license }: z.infer<typeof packageSchema>): void {
  mkdirSync(join(app, 'dist'), { recursive: true });
  for (const file of readdirSync(dist).filter((each) => !library.includes(each))) {
    cpSync(join(dist, file), join(app, 'dist', file), { recursive: true });
  }
  // The base has no env that could look for node.
  const program = join(app, 'dist/leasewatch.js');
  const text = readFileSync(program, 'utf8').replace(/^#!.*\n/, '');
  writeFileSync(program, `#!/usr/local/bin/node\n${text}`, { mode: 0o755 });
  chmodSync(program, 0o755);
  writeJson(join(app, 'package.json'), { name, version, license, type: 'module' });
  cpSync(join(root, 'LICENSE'), join(app, 'LICENSE'));
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
