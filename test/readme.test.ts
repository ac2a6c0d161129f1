import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { logEvents, metrics, prefix } from '../exporter/catalogue.ts';
import { loadConfig } from '../exporter/config.ts';
import { configSchema } from '../exporter/config-schema.ts';
import { appMetrics } from '../instrument/catalogue.ts';
import { configKeys } from '../scripts/configuration-page.ts';
import { isRunHere, provenElsewhere } from './docs-commands.ts';
import { commandsOf, linksOf, type Page, pages } from './markdown.ts';

/** The README and all pages behind it: what they say is there. Their commands are run by docs.test.ts. */

const root = join(import.meta.dirname, '..');
const all = pages();
const byPath = new Map(all.map((page) => [page.path, page]));
/** Runbooks have a test of their own: alerts/runbooks.test.ts. */
const manual = all.filter(({ path }) => !path.startsWith('alerts/runbooks/'));

test('the two commands of the README are those that a newcomer types first', () => {
  const readme = byPath.get('README.md');
  assert.ok(readme !== undefined);
  assert.deepEqual(commandsOf(readme).slice(0, 2), ['npm ci && npm start', 'npm ci && npm test']);
  assert.ok(readme.text.length < 12_000, 'it is short');
});

test('every link between the pages leads to a file, and to a heading that is there', () => {
  const broken = all.flatMap((page) =>
    linksOf(page).flatMap((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page.path : normalize(join(dirname(page.path), path));
      if (!existsSync(join(root, target))) return [`${page.path}: ${link}`];
      const isPage = statSync(join(root, target)).isFile() && target.endsWith('.md');
      const there = anchor === undefined || !isPage || byPath.get(target)?.anchors.has(anchor) === true;
      return there ? [] : [`${page.path}: ${link}: there is no such heading`];
    }),
  );
  assert.deepEqual(broken, []);
});

test('every page can be reached from the README', () => {
  const reached = new Set<string>();
  const visit = (page: Page | undefined): void => {
    if (page === undefined || reached.has(page.path)) return;
    reached.add(page.path);
    for (const link of linksOf(page))
      visit(byPath.get(normalize(join(dirname(page.path), link.split('#')[0] ?? ''))));
  };
  visit(byPath.get('README.md'));
  const lost = manual.filter(({ path }) => !reached.has(path) && !path.includes('testdata'));
  assert.deepEqual(
    lost.map(({ path }) => path),
    [],
  );
});

test('every block of code says what it is', () => {
  const bare = all.flatMap(({ path, fences }) =>
    fences.filter(({ language }) => language === '').map(({ text }) => `${path}: ${text.slice(0, 60)}`),
  );
  assert.deepEqual(bare, []);
});

/** Names of series and of parts of histograms, and of the recording rules and alerts. */
const known = new Set([
  ...Object.entries({ ...metrics, ...appMetrics }).flatMap(([name, { type }]) =>
    ['', ...(type === 'histogram' ? ['_bucket', '_sum', '_count'] : [])].map(
      (part) => `${prefix}${name}${part}`,
    ),
  ),
  ...[...readFileSync(join(root, 'alerts/leasewatch.rules.yaml'), 'utf8').matchAll(/leasewatch_\w+/g)].map(
    ([name]) => name,
  ),
]);

test('every metric that a page names is in the catalogue', () => {
  const wrong = all.flatMap(({ path, text }) =>
    [...text.matchAll(/(?<![\w:/.-])leasewatch_[a-z0-9_]+\*?/g)]
      .map(([name]) => name)
      .filter((name) => {
        // `leasewatch_outbox_*` and `leasewatch_outbox_` begin the names of several.
        const start = name.replace(/\*$/, '');
        if (name !== start || name.endsWith('_')) return ![...known].some((each) => each.startsWith(start));
        return !known.has(name);
      })
      .map((name) => `${path}: ${name}`),
  );
  assert.deepEqual([...new Set(wrong)], []);
});

test('every key of the configuration that a page names is in the schema', () => {
  const keys = new Set(configKeys().map(({ path }) => path.replaceAll('[]', '')));
  const sections = Object.keys(configSchema.shape).join('|');
  const named = new RegExp(`\`((?:${sections})(?:\\.[a-zA-Z]+)+)`, 'g');
  // Files, a label, and a part of another program.
  const others = /\.(ts|md|yaml|yml|json)$|^(service\.name|pod\.security|loki\.write)/;
  const pagesOfOurs = manual.filter(({ path }) => !path.startsWith('deploy/helm/'));
  const wrong = pagesOfOurs.flatMap(({ path, text }) =>
    [...text.matchAll(named)]
      .map(([, name]) => name ?? '')
      .filter((name) => !keys.has(name) && !others.test(name))
      .map((name) => `${path}: ${name}`),
  );
  assert.deepEqual(wrong, []);
});

test('every piece of a configuration in the pages is accepted', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-docs-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const sections = Object.keys(configSchema.shape);
  let checked = 0;
  for (const { path, fences } of manual) {
    for (const { language, text } of fences) {
      const value: unknown = language === 'yaml' && !text.includes('{{') ? parse(text) : undefined;
      if (typeof value !== 'object' || value === null || Array.isArray(value)) continue;
      // Values of a chart and rules of Prometheus are other kinds of YAML, with tests of their own.
      if (!Object.keys(value).every((key) => sections.includes(key))) continue;
      if ('mode' in value && 'config' in value) continue;
      const file = join(folder, 'leasewatch.yaml');
      writeFileSync(file, text);
      const loaded = loadConfig({ flags: {}, env: { POD_NAMESPACE: 'x', NODE_NAME: 'n' }, file });
      assert.deepEqual(loaded.kind === 'invalid' ? loaded.problems : [], [], `${path}:\n${text}`);
      checked += 1;
    }
  }
  assert.ok(checked >= 5, `only ${checked} pieces were found`);
});

test('every log event that a page names is in the catalogue', () => {
  const events = new Set(Object.keys(logEvents));
  const wrong = manual.flatMap(({ path, prose }) =>
    [...prose.matchAll(/`((?:round|lease|node(?!_collector|_modules)|websocket|policy|holder)_[a-z_]+)`/g)]
      .map(([, name]) => name ?? '')
      .filter((name) => !events.has(name) && !(name in metrics) && !isWordOfTheJudge(name))
      .map((name) => `${path}: ${name}`),
  );
  assert.deepEqual(wrong, []);
});

/** Labels, fates and the like have the same form. */
function isWordOfTheJudge(name: string): boolean {
  const labels = Object.values(metrics).flatMap(({ labels: names }) => names);
  return ['node_lost', ...labels].includes(name);
}

test('every benchmark that a page names is there', () => {
  const names = readFileSync(join(root, 'bench/main.ts'), 'utf8');
  const wrong = manual.flatMap(({ path, text }) =>
    [...text.matchAll(/npm run bench -- ([a-z-]+)/g)]
      .map(([, name]) => name ?? '')
      .filter((name) => !new RegExp(`^ {2}'?${name}'?(?:,|:)`, 'm').test(names))
      .map((name) => `${path}: npm run bench -- ${name}`),
  );
  assert.deepEqual(wrong, []);
});

const scripts = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))).scripts;

test('every npm script that a page names is there', () => {
  const wrong = manual.flatMap(({ path, text }) =>
    [...text.matchAll(/npm run ([a-z:]+)/g)]
      .map(([, name]) => name ?? '')
      .filter((name) => !Object.hasOwn(scripts, name))
      .map((name) => `${path}: npm run ${name}`),
  );
  assert.deepEqual(wrong, []);
});

test('a command of the pages is run here, or a test that runs it is named', () => {
  const commands = manual.flatMap((page) =>
    commandsOf(page).map((command) => ({ page: page.path, command })),
  );
  const unproven = commands.filter(
    ({ command }) => !isRunHere(command) && !provenElsewhere.some((each) => command.startsWith(each.command)),
  );
  assert.deepEqual(unproven, []);
  for (const { command, by, says } of provenElsewhere) {
    assert.ok(
      commands.some((each) => each.command.startsWith(command)),
      `no page has: ${command}`,
    );
    assert.ok(readFileSync(join(root, by), 'utf8').includes(says), `${by} says nothing of: ${command}`);
  }
});
