import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { isRunHere } from './docs-commands.ts';
import { startProgram, until } from './e2e/child-program.ts';
import { commandsOf, linksOf, pages, parsePage } from './markdown.ts';

const root = join(import.meta.dirname, '..');
/** Runbooks have a test of their own: alerts/runbooks.test.ts. */
const manual = pages().filter(({ path }) => !path.startsWith('alerts/runbooks/'));

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
