import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadConfig } from '../../exporter/config.ts';
import { buildProgram } from '../../scripts/build-program.ts';
import { instructionsIn, runLines } from '../../scripts/containerfile.ts';
import { layImage } from '../../scripts/image.ts';
import { sbomOf } from '../../scripts/sbom.ts';
import { shippedPackages } from '../../scripts/shipped.ts';

const root = join(import.meta.dirname, '../..');
const containerfile = readFileSync(join(root, 'deploy/Containerfile'), 'utf8');

/** The image without its base, laid out as `npm run image` does it, and the packages in its bundle. */
async function laid(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-image-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const dist = join(folder, 'dist');
  const packages = shippedPackages(await buildProgram(dist));
  writeFileSync(join(dist, 'sbom.cdx.json'), JSON.stringify(sbomOf(packages)));
  const image = join(folder, 'image');
  layImage(dist, image);
  return { image, packages };
}

test('image: what is run to build it is known, so that it can be run without a container engine', () => {
  assert.deepEqual(runLines(containerfile), ['npm ci', 'npm run build', 'node scripts/image-tree.ts /image']);
});

test('image: both bases are arguments, and the last stage has nobody but a number, and no shell to run anything', () => {
  const all = instructionsIn(containerfile);
  const words = all.map(({ word }) => word);
  const last = all.slice(words.lastIndexOf('FROM'));
  const bases = all.filter(({ word }) => word === 'FROM').map(({ rest }) => rest);
  assert.deepEqual(bases, ['$' + '{BUILD_BASE} AS build', '$' + '{BASE}']);
  assert.ok(!words.includes('ADD'));
  assert.ok(!last.some(({ word }) => word === 'RUN'));
  assert.deepEqual(
    last.filter(({ word }) => word === 'COPY' || word === 'USER').map(({ rest }) => rest),
    ['--from=build /image/ /', '65532:65532'],
  );
});

test('image: without a configuration the outbox is where the volume is, which is where the chart has it, too', () => {
  const [, folder] = /^ENV .*XDG_STATE_HOME=(\S+)/m.exec(containerfile) ?? [];
  const loaded = loadConfig({ flags: {}, env: { XDG_STATE_HOME: folder } });
  assert.ok(loaded.kind === 'ok');
  assert.equal(loaded.config.outbox.path, '/var/lib/leasewatch/outbox.db');
  assert.match(containerfile, /^VOLUME \/var\/lib\/leasewatch$/m);
  const manifest = readFileSync(join(root, 'deploy/manifests/cluster.yaml'), 'utf8');
  assert.ok(manifest.includes(`path: ${loaded.config.outbox.path}\n`));
});

test('image: it builds on the Node that the tests run with', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  assert.match(containerfile, new RegExp(`^ARG BUILD_BASE=node:${devDependencies.node}-`, 'm'));
});

test('image: the tree is the bundle, Node, and a folder for the outbox, and the program starts from it', async (t) => {
  const { image } = await laid(t);
  const files = readdirSync(image, { recursive: true }).map(String);
  assert.deepEqual(
    files.filter((file) => /node_modules|\.ts$|\.map$|instrument/.test(file)),
    [],
  );
  assert.deepEqual(readdirSync(image).sort(), ['app', 'usr', 'var']);
  assert.equal(lstatSync(join(image, 'var/lib/leasewatch')).mode & 0o7777, 0o1777);
  assert.equal(readlinkSync(join(image, 'usr/local/bin/leasewatch')), '/app/dist/leasewatch.js');
  assert.ok(
    readFileSync(join(image, 'app/dist/leasewatch.js'), 'utf8').startsWith('#!/usr/local/bin/node\n'),
  );
  const [node, program] = [join(image, 'usr/local/bin/node'), join(image, 'app/dist/leasewatch.js')];
  assert.match(
    execFileSync(node, [program, '--version'], { encoding: 'utf8', env: {} }),
    /^\d+\.\d+\.\d+\n$/,
  );
});

/** Of distroless/cc: glibc, and the run-time libraries of C++ and GCC. */
const inBase =
  /^(linux-vdso|ld-linux-[\w-]+|libc|libm|libdl|libpthread|librt|libstdc\+\+|libgcc_s)\.so\.\d+$/;

test('image: Node links to nothing that the base does not have', async (t) => {
  const listed = spawnSync('ldd', [process.execPath], { encoding: 'utf8' });
  if (listed.error !== undefined) return t.skip('skipped: ldd is not on the PATH');
  const libraries = [...listed.stdout.matchAll(/([\w.+-]+\.so\.\d+)(?= |$)/gm)].map(([, name]) => name ?? '');
  assert.ok(libraries.includes('libc.so.6'));
  assert.deepEqual(
    libraries.filter((name) => !inBase.test(name)),
    [],
  );
});

test('image: its bill of materials is what is bundled and Node, each with a checksum, and the same every time', async (t) => {
  const { image, packages } = await laid(t);
  const sbom = JSON.parse(readFileSync(join(image, 'app/dist/sbom.cdx.json'), 'utf8'));
  assert.deepEqual(
    [sbom.bomFormat, sbom.serialNumber, sbom.metadata.timestamp],
    ['CycloneDX', undefined, undefined],
  );
  const expected = packages.map(({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`);
  const components: readonly { purl: string; hashes: unknown[]; licenses: unknown[] }[] = sbom.components;
  assert.deepEqual(
    components.map(({ purl }) => purl).sort(),
    [...expected, `pkg:generic/node@${process.versions.node}`].sort(),
  );
  for (const { purl, hashes, licenses } of components) {
    assert.equal(hashes.length, 1, purl);
    assert.ok(licenses.length > 0, purl);
  }
  const again = sbomOf(packages);
  assert.deepEqual({ ...sbom, components: sbom.components.slice(0, -1) }, again);
});
