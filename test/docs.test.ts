import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import { logEvents, metrics, prefix } from '../exporter/catalogue.ts';
import { loadConfig } from '../exporter/config.ts';
import { configSchema } from '../exporter/config-schema.ts';
import { appMetrics } from '../instrument/catalogue.ts';
import { configKeys } from '../scripts/configuration-page.ts';
import { provenElsewhere } from './docs-commands.ts';
import { startProgram, until } from './e2e/child-program.ts';
import { commandsOf, linksOf, type Page, pages, parsePage } from './markdown.ts';

const root = join(import.meta.dirname, '..');
const all = pages();
const byPath = new Map(all.map((page) => [page.path, page]));
/** Runbooks have a test of their own: alerts/runbooks.test.ts. */
const manual = all.filter(({ path }) => !path.startsWith('alerts/runbooks/'));

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

const runnable = [
  /^npm run leasewatch -- (?!run)/,
  /^curl -s localhost:9465\//,
  /^leasewatch (?:leases|explain|check|completion) /,
  /^leasewatch leases$/,
  /^source <\(leasewatch completion/,
  /^node_modules\/\.bin\/node --test/,
];

function isRunHere(command: string): boolean {
  return runnable.some((form) => form.test(command));
}

test('the commands of the pages work, beside the demo', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-docs-'));
  symlinkSync(process.execPath, join(folder, 'node'));
  symlinkSync(join(root, 'exporter/main.ts'), join(folder, 'leasewatch'));
  writeFileSync(join(folder, 'leasewatch.yaml'), 'mode: cluster\n');
  const demo = startProgram({
    args: ['demo', '--chaos', 'off', '--listen', '127.0.0.1:0'],
    env: { TMPDIR: folder },
  });
  t.after(async () => {
    demo.process.kill('SIGTERM');
    await demo.ended;
    rmSync(folder, { recursive: true });
  });
  const url = await demo.url();
  await until('the scheduler leads', async () =>
    /"kube-scheduler"[^{}]*"state":"held"/.test(await (await fetch(`${url}/api/leases`)).text()),
  );
  const path = `${folder}:${process.env.PATH ?? ''}`;
  const run = async (command: string): Promise<void> => {
    const here = /^(npm|node_modules)/.test(command) ? root : folder;
    const typed = command
      .replace('localhost:9465', new URL(url).host)
      .replace(/^npm run leasewatch --/, 'leasewatch');
    // fish is not there; what it reads is a script all the same.
    const line = typed
      .replace(/\| source$/, '| grep complete')
      .replace('NAMESPACE/LEASE', 'kube-system/kube-scheduler');
    const env = { PATH: path, LEASEWATCH_URL: url, HOME: folder };
    await promisify(execFile)('bash', ['-o', 'pipefail', '-ec', line], { env, cwd: here }).catch(
      (error: unknown) => {
        assert.fail(`${command}: ${error instanceof Error ? error.message : String(error)}`);
      },
    );
  };
  const commands = new Set(manual.flatMap(commandsOf).filter(isRunHere));
  assert.ok(commands.size >= 10, [...commands].join('\n'));
  for (const command of commands) await run(command);
});

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

test('every command and option of leasewatch that a page names is there', async () => {
  const completion = startProgram({ args: ['completion', 'bash'] });
  await completion.ended;
  /** Its completions name the options of every command. */
  const options = new Map(
    [
      ...completion
        .stdout()
        .matchAll(/^ {4}'([a-z ]*)'\) if \[\[ \$word == -\* \]\].*?compgen -W '([^']*)'/gm),
    ].map(([, path = '', words = '']) => [path.trim(), words.split(' ')]),
  );
  assert.ok(options.size > 8);
  const wrong = manual.flatMap((page) => {
    const inline = [...page.prose.matchAll(/`(?:kubectl |npm run )?leasewatch (?:-- )?([^`\n]+)`/g)].map(
      ([, words]) => words ?? '',
    );
    const typed = commandsOf(page).flatMap(
      (command) => /(?:^(?:npm run )?|\(|exec \S+ -- )leasewatch (?:-- )?([a-z].*)$/.exec(command)?.[1] ?? [],
    );
    return [...inline, ...typed].flatMap((words) => {
      const [first = '', second = ''] = words.split(' ');
      const command = options.has(`${first} ${second}`) ? `${first} ${second}` : first;
      const flags = [...words.matchAll(/(?<= )--?[a-z][a-z.-]*/g)].map(([flag]) => flag);
      const there = options.get(command);
      if (there === undefined) return [`${page.path}: leasewatch ${words}`];
      return flags
        .filter((flag) => !there.includes(flag))
        .map((flag) => `${page.path}: leasewatch ${command} ${flag}`);
    });
  });
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

test('the reader of pages sees fences, headings, links and commands', () => {
  const page = parsePage(
    'x.md',
    [
      '# A `b` & c!',
      'See [it](y.md#z) and `[not](this.md)`.',
      '## Twice',
      '## Twice',
      '```sh',
      'run this \\',
      '  and that   # a remark',
      '# only a remark',
      '```',
      '```console',
      '$ typed',
      'printed',
      '```',
    ].join('\n'),
  );
  assert.deepEqual([...page.anchors], ['a-b--c', 'twice', 'twice-1']);
  assert.deepEqual(linksOf(page), ['y.md#z']);
  assert.deepEqual(commandsOf(page), ['run this   and that', 'typed']);
});
