import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Shipped } from './shipped.ts';

const root = join(import.meta.dirname, '..');
const componentSchema = z.looseObject({ 'bom-ref': z.string(), name: z.string() });
const npmSbom = z.object({
  specVersion: z.string(),
  metadata: z.looseObject({ component: componentSchema }),
  components: z.array(componentSchema),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

type Component = z.infer<typeof componentSchema>;

export interface Sbom {
  readonly bomFormat: 'CycloneDX';
  readonly specVersion: string;
  readonly version: 1;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/**
 * The bill of materials of these packages as npm makes it from the lock file, in CycloneDX. Without a time and
 * a number of its own: the same bundle has the same one. Throws where a package is not in the lock file.
 */
export function sbomOf(packages: readonly Shipped[]): Sbom {
  const { specVersion, metadata, components, dependencies } = npmSbom.parse(JSON.parse(askNpm()));
  const wanted = packages.map(({ name, version }) => `${name}@${version}`);
  const known = new Map(components.map((component) => [component['bom-ref'], component]));
  const refs = new Set([metadata.component['bom-ref'], ...wanted]);
  return {
    bomFormat: 'CycloneDX',
    specVersion,
    version: 1,
    metadata: { component: { ...metadata.component, name: 'leasewatch' } },
    components: wanted.map((ref) => {
      const component = known.get(ref);
      if (component === undefined) throw new Error(`sbom: ${ref} is bundled, and not in the lock file`);
      return component;
    }),
    dependencies: dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) })),
  };
}

function askNpm(): string {
  // With `--omit dev` npm also leaves out what ships when a tool needs it, too.
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  return execFileSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 });
}

/** The same with the Node that is in the image beside the bundle. */
export function withNode(sbom: Sbom, version: string, binary: string): Sbom {
  const content = createHash('sha256').update(readFileSync(binary)).digest('hex');
  const node = {
    ...{ 'bom-ref': `node@${version}`, type: 'platform', name: 'node', version },
    purl: `pkg:generic/node@${version}`,
    licenses: [{ license: { id: 'MIT' } }],
    hashes: [{ alg: 'SHA-256', content }],
  };
  return { ...sbom, components: [...sbom.components, node] };
}
