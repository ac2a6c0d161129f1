import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');
const mostLines = 350;

/** What goes over the WebSocket of the status page. */
const pageWire = ['exporter/page/tables.ts', 'exporter/page/change.ts', 'exporter/page/message.ts'];

/**
 * What the files of a folder (or one file) under exporter/ may import besides their own folder. The first
 * matching row rules. Packages are free; a path that ends in `/` means the whole folder.
 */
const rules: readonly { readonly of: string; readonly may: readonly string[] | 'everything' }[] = [
  { of: 'exporter/main.ts', may: 'everything' },
  { of: 'exporter/commands/', may: 'everything' },
  { of: 'exporter/assemble', may: 'everything' },
  { of: 'exporter/model/', may: ['exporter/clock.ts'] },
  {
    of: 'exporter/signals/',
    may: [
      'exporter/clock.ts',
      'exporter/slices.ts',
      'exporter/catalogue.ts',
      'exporter/model/',
      'exporter/delivery/outbox.ts',
      'exporter/delivery/receiver-stats.ts',
      'exporter/web/door-stats.ts',
      'exporter/kube/microtime.ts',
    ],
  },
  {
    of: 'exporter/kube/',
    may: ['exporter/clock.ts', 'exporter/credentials.ts', 'exporter/model/observation.ts'],
  },
  { of: 'exporter/crash.ts', may: [] },
  {
    of: 'exporter/sources/',
    may: [
      'exporter/clock.ts',
      'exporter/credentials.ts',
      'exporter/model/observation.ts',
      'exporter/model/memory.ts',
      'exporter/kube/',
    ],
  },
  {
    of: 'exporter/delivery/',
    may: ['exporter/clock.ts', 'exporter/slices.ts', 'exporter/credentials.ts', 'exporter/web/'],
  },
  // Who is let in. Its file is read with the words in which the configuration is read.
  {
    of: 'exporter/web/',
    may: ['exporter/clock.ts', 'exporter/credentials.ts', 'exporter/config-values.ts'],
  },
  {
    of: 'exporter/replica/',
    may: [
      'exporter/clock.ts',
      'exporter/model/observation.ts',
      'exporter/kube/',
      'exporter/delivery/outbox.ts',
      'exporter/delivery/permission.ts',
    ],
  },
  // What the command line says of the answers of the API: words and tables, nothing of how they came about.
  {
    of: 'exporter/terminal/',
    may: [
      'exporter/clock.ts',
      'exporter/credentials.ts',
      'exporter/model/holder-identity.ts',
      'exporter/signals/safe-text.ts',
    ],
  },
  // What runs in a browser knows the tables that it draws, and nothing of the program that fills them.
  { of: 'exporter/page/browser/', may: ['exporter/page/shown/', ...pageWire] },
  { of: 'exporter/page/shown/', may: pageWire },
  {
    of: 'exporter/page/',
    may: [
      'exporter/clock.ts',
      'exporter/model/',
      'exporter/signals/',
      'exporter/delivery/outbox.ts',
      'exporter/delivery/receiver-stats.ts',
    ],
  },
  { of: 'exporter/driver.ts', may: ['exporter/clock.ts', 'exporter/model/'] },
  { of: 'exporter/promql.ts', may: ['exporter/catalogue.ts'] },
  { of: 'exporter/logql.ts', may: ['exporter/catalogue.ts'] },
  { of: 'exporter/clock.ts', may: [] },
  { of: 'exporter/slices.ts', may: [] },
  // How we make ourselves known to receivers, and to the servers that are probed and read.
  { of: 'exporter/credentials.ts', may: [] },
  { of: 'exporter/catalogue', may: ['exporter/catalogue'] },
  // The configuration writes policies down in the words of the judge, and targets in those of who dials them.
  {
    of: 'exporter/config',
    may: [
      'exporter/config',
      'exporter/model/policy.ts',
      'exporter/model/glob.ts',
      'exporter/sources/probe-target.ts',
      'exporter/sources/endpoint-target.ts',
    ],
  },
];

/** The only way from the product into the simulator: the demo runs one. */
const demo = 'exporter/commands/demo';

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

/** A static import or re-export of a file of ours, or a dynamic one, or a worker by its URL. */
const importPatterns: readonly RegExp[] = [
  /^(?:import|export)\s+(?<type>type\s)?[^'"]*?from\s*['"](?<path>\.[^'"]*)['"]/gms,
  /^import\s*['"](?<path>\.[^'"]*)['"]/gm,
  /\bimport\(\s*['"](?<path>\.[^'"]*)['"]/g,
  /\bnew URL\(\s*['"](?<path>\.[^'"]*)['"]/g,
];

function importsOf(file: string, text: string): Import[] {
  return importPatterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].map(({ groups }) => ({
      file,
      target: normalize(join(dirname(file), groups?.path ?? '')),
      typeOnly: groups?.type !== undefined,
    })),
  );
}

const sources = new Map(
  globSync(
    [
      'exporter',
      'instrument',
      'alerts',
      'dashboards',
      'compose',
      'deploy',
      'simulator',
      'scripts',
      'bench',
    ].map((folder) => `${folder}/**/*.{ts,tsx}`),
    { cwd: root },
  )
    .sort()
    .map((file) => [file, readFileSync(join(root, file), 'utf8')]),
);
const imports = [...sources].flatMap(([file, text]) => importsOf(file, text));
/** Tests and what they share: no part of the product. */
const isTest = (file: string) => file.endsWith('.test.ts') || /\/fixtures?\.ts$/.test(file);
const told = (found: readonly Import[]) => found.map(({ file, target }) => `${file} imports ${target}`);

function ruleOf(file: string) {
  return rules.find((rule) => file.startsWith(rule.of));
}

function isAllowed({ file, target }: Import): boolean {
  const rule = ruleOf(file);
  if (rule === undefined || rule.may === 'everything') return rule !== undefined;
  if (target.startsWith('simulator/')) return true; // told apart below
  const own = rule.of.endsWith('/') ? [rule.of] : [];
  return [...own, ...rule.may].some((allowed) => target.startsWith(allowed));
}

test('every file of the exporter has a rule that says what it may import', () => {
  const unknown = [...sources.keys()].filter(
    (file) => file.startsWith('exporter/') && !isTest(file) && ruleOf(file) === undefined,
  );
  assert.deepEqual(unknown, []);
});

test('imports follow the line that data takes: sources, model, signals, delivery', () => {
  const wrong = imports.filter(
    (each) => each.file.startsWith('exporter/') && !isTest(each.file) && !isAllowed(each),
  );
  assert.deepEqual(told(wrong), []);
});

test('sources and kube take nothing but types from the model', () => {
  const wrong = imports.filter(
    ({ file, target, typeOnly }) =>
      /^exporter\/(sources|kube)\//.test(file) && target.startsWith('exporter/model/') && !typeOnly,
  );
  assert.deepEqual(told(wrong.filter(({ file }) => !isTest(file))), []);
});

test('the configuration takes nothing but types from the sources, so that to check it loads none of them', () => {
  const wrong = imports.filter(
    ({ file, target, typeOnly }) =>
      file.startsWith('exporter/config') && target.startsWith('exporter/sources/') && !typeOnly,
  );
  assert.deepEqual(told(wrong), []);
});

test('only the demo imports the simulator', () => {
  const wrong = imports.filter(
    ({ file, target }) =>
      file.startsWith('exporter/') && !file.startsWith(demo) && target.startsWith('simulator/'),
  );
  assert.deepEqual(told(wrong.filter(({ file }) => !isTest(file))), []);
});

test('alert rules know the names of the exporter, and nothing else of it', () => {
  const may = ['alerts/', 'exporter/promql.ts', 'exporter/logql.ts', 'exporter/catalogue.ts'];
  const wrong = imports.filter(
    ({ file, target }) =>
      file.startsWith('alerts/') && !isTest(file) && !may.some((allowed) => target.startsWith(allowed)),
  );
  assert.deepEqual(told(wrong), []);
});

test('what an application loads is small: of the exporter it knows names alone', () => {
  const may = ['instrument/', 'exporter/catalogue'];
  const wrong = imports.filter(
    ({ file, target }) =>
      file.startsWith('instrument/') && !isTest(file) && !may.some((allowed) => target.startsWith(allowed)),
  );
  assert.deepEqual(told(wrong), []);
});

test('dashboards know the names of the exporter, of applications and the alerts, and nothing else', () => {
  const may = [
    'dashboards/',
    'alerts/',
    'exporter/promql.ts',
    'exporter/logql.ts',
    'exporter/catalogue.ts',
    'instrument/catalogue.ts',
  ];
  const wrong = imports.filter(
    ({ file, target }) =>
      file.startsWith('dashboards/') && !isTest(file) && !may.some((allowed) => target.startsWith(allowed)),
  );
  assert.deepEqual(told(wrong), []);
});

test('nothing imports a test, and only tests import fixtures', () => {
  const wrong = imports.filter(
    ({ file, target }) => target.endsWith('.test.ts') || (isTest(target) && !isTest(file)),
  );
  assert.deepEqual(told(wrong), []);
});

test('nothing is exported as default', () => {
  const wrong = [...sources].filter(([, text]) =>
    /^export default\b|^export \{[^}]*\bas default\b/m.test(text),
  );
  assert.deepEqual(
    wrong.map(([file]) => file),
    [],
  );
});

test('no file of the product or of the simulator is too long to be read in one go', () => {
  const long = [...sources]
    .filter(([file]) => /^(exporter|instrument|alerts|dashboards|compose|simulator)\//.test(file))
    .map(([file, text]) => ({ file, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > mostLines);
  assert.deepEqual(
    long.map(({ file, lines }) => `${file}: ${lines} lines`),
    [],
  );
});

test('the reader of imports sees every kind of them', () => {
  const text = [
    "import type { A } from './a.ts';",
    "import {\n  b,\n  type C,\n} from '../b.ts';",
    "export * from './c.ts';",
    "import './d.ts';",
    "const e = await import('./e.ts');",
    "new Worker(new URL('./f.ts', import.meta.url));",
    "import { g } from 'package';",
  ].join('\n');
  const found = importsOf('exporter/x/y.ts', text).map(({ target, typeOnly }) => `${target} ${typeOnly}`);
  assert.deepEqual(found.sort(), [
    'exporter/b.ts false',
    'exporter/x/a.ts true',
    'exporter/x/c.ts false',
    'exporter/x/d.ts false',
    'exporter/x/e.ts false',
    'exporter/x/f.ts false',
  ]);
});
