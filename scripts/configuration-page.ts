import { z } from 'zod';
import { pairVariables, variables } from '../exporter/config-environment.ts';
import { configFlags } from '../exporter/config-flags.ts';
import { configSchema } from '../exporter/config-schema.ts';
import { defaultsInLists, defaultValues, defaultWords } from './configuration-defaults.ts';
import { exampleConfiguration } from './configuration-example.ts';

/** A key of the file, as the table tells it. */
export interface ConfigKey {
  /** Such as `websockets.probes[].url`. */
  readonly path: string;
  readonly type: string;
  readonly meaning: string;
}

/** What we need of a JSON Schema. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly pattern?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly additionalProperties?: unknown;
}

const schema: z.ZodType<Schema> = z.lazy(() =>
  z.looseObject({
    type: z.union([z.string(), z.array(z.string())]).exactOptional(),
    enum: z.array(z.string()).exactOptional(),
    const: z.string().exactOptional(),
    pattern: z.string().exactOptional(),
    description: z.string().exactOptional(),
    properties: z.record(z.string(), schema).exactOptional(),
    required: z.array(z.string()).exactOptional(),
    items: schema.exactOptional(),
    anyOf: z.array(schema).exactOptional(),
  }),
);

/** Every key that a configuration may have, in the order of the schema; sections before what is in them. */
export function configKeys(): readonly ConfigKey[] {
  return below('', schema.parse(z.toJSONSchema(configSchema, { io: 'input' })));
}

function below(path: string, { properties = {}, required = [] }: Schema): readonly ConfigKey[] {
  return Object.entries(properties).flatMap(([name, part]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const needed = required.includes(name) ? 'Needed. ' : '';
    const key = { path: at, type: typeOf(part), meaning: `${needed}${part.description ?? ''}` };
    const inItems = part.items?.properties === undefined ? [] : below(`${at}[]`, part.items);
    return [key, ...below(at, part), ...inItems];
  });
}

function typeOf(part: Schema): string {
  if (part.enum !== undefined) return part.enum.map((word) => `\`${word}\``).join(', ');
  if (part.const !== undefined) return `\`${part.const}\``;
  if (part.anyOf !== undefined) return part.anyOf.map(typeOf).join(' or ');
  if (part.properties !== undefined) return 'section';
  if (part.type === 'array')
    return `list${part.items?.type === undefined ? '' : ` of ${plural(typeOf(part.items))}`}`;
  if (part.type === 'object') return 'map';
  if (part.pattern?.includes('ms|s|m|h') || part.pattern?.includes('s|m|h|d')) return 'duration';
  if (part.pattern?.includes('KiB')) return 'size';
  const types = typeof part.type === 'string' ? [part.type] : (part.type ?? []);
  if (types.includes('integer') || types.includes('number')) return 'number';
  return types.includes('boolean') ? '`true`, `false`' : 'text';
}

function plural(type: string): string {
  return type === 'text' ? 'texts' : type === 'section' ? 'sections' : `${type}s`;
}

/** docs/configuration.md as text, from the schema. */
export function configurationPage(): string {
  const keys = configKeys().filter(({ type }) => type !== 'section');
  const rows = keys.map(({ path, type, meaning }) => [
    `\`${path}\``,
    type,
    defaultOf(path),
    waysOf(path),
    meaning,
  ]);
  const table = [['key', 'type', 'unless told', 'flag, variable', 'meaning'], Array(5).fill('---'), ...rows];
  const lines = table.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
  return `${introduction}\n## Every key\n\n${lines.join('\n')}\n`;
}

function defaultOf(path: string): string {
  const value = defaultValues[path] ?? defaultsInLists[path];
  if (value === undefined) return defaultWords[path] ?? '';
  return Array.isArray(value) ? 'none' : `\`${String(value)}\``;
}

/** The options and the variables that set a key. */
function waysOf(path: string): string {
  const isIt = (each: { readonly path: readonly string[] }) => each.path.join('.') === path;
  const flags = configFlags.filter(isIt).map(({ flag }) => flag);
  const names = [...variables, ...pairVariables].filter(isIt).map(({ name }) => name);
  const kube = path === 'kubernetes.kubeconfig' ? ['KUBECONFIG'] : [];
  return [...flags, ...names, ...kube].map((word) => `\`${word}\``).join(', ');
}

const introduction = `# Configuration

Written by \`npm run generate\` from the schema; do not edit.

\`leasewatch run --config FILE\` reads a file. \`leasewatch check --config FILE\` names everything that is wrong with it at once, and prints what is in effect. Flags win over environment variables, and these over the file. Every key may be left out:

\`\`\`yaml
${exampleConfiguration}\`\`\`

More of it is told in [policies](policies.md), [receivers](receivers.md), [WebSocket connections](connections.md), [security](security.md) and [operations](operations.md).

For an editor that completes and checks the file while you write:

\`\`\`sh
leasewatch check --schema > leasewatch.schema.json
\`\`\`

and as its first line

\`\`\`yaml
# yaml-language-server: $schema=leasewatch.schema.json
\`\`\`

## Environment variables

\`POD_NAMESPACE\`, \`POD_NAME\` and \`NODE_NAME\` say where leasewatch itself runs; the chart sets them. The others have the meaning that they have elsewhere. \`KUBECONFIG\` counts where no kubeconfig is configured. Of two spellings of a proxy the small letters win. Variables with \`TRACES_\` win over those without.

Durations are \`500ms\`, \`10s\`, \`5m\`, \`1h\`, and where they may be long \`7d\`; sizes are bytes, or \`64KiB\`, \`256MiB\`, \`2GiB\`.
`;
