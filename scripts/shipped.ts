import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { z } from 'zod';

const root = join(import.meta.dirname, '..');
const packageFile = z.object({ name: z.string(), version: z.string(), license: z.string() });

/** A package of which some code is in the bundle. */
export interface Shipped {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly license: string;
  /** From the root of the repository. */
  readonly folder: string;
}

/** The packages of which something came out of the bundler, by their folders. */
export function shippedPackages({ outputs }: Pick<Metafile, 'outputs'>): readonly Shipped[] {
  const folders = new Set<string>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
      if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
    }
  }
  return [...folders].sort().map((folder) => {
    const { name, version, license } = packageFile.parse(
      JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')),
    );
    return { name, version, license, folder };
  });
}

/** What their licences ask of those who pass copies on: who made them, and on what terms. Throws where a package has no text. */
export function notices(packages: readonly Shipped[]): string {
  const texts = packages.map(({ name, version, license, folder }) =>
    [`## ${name} ${version} (${license})`, '', ...licenseTexts(folder), ''].join('\n'),
  );
  return `# What leasewatch is bundled with\n\n${texts.join('\n')}`;
}

function licenseTexts(folder: string): readonly string[] {
  const files = readdirSync(join(root, folder)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  if (files.length === 0) throw new Error(`notices: ${folder} has no text of its licence`);
  return files.sort().map((file) => readFileSync(join(root, folder, file), 'utf8').trim());
}
