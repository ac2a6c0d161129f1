import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { config } from './config.ts';
import { logAlerts } from './log-rules.ts';
import { isAlert } from './rule.ts';
import { groups } from './rules.ts';
import { rulesYaml } from './yaml.ts';

const folder = join(import.meta.dirname, 'runbooks');
const template = ['Meaning', 'Impact', 'Diagnosis', 'Mitigation', 'False positives'];
const pages = new Map(
  globSync('*.md', { cwd: folder })
    .sort()
    .map((file) => [basename(file, '.md'), readFileSync(join(folder, file), 'utf8')]),
);
const fromLines = new Set(logAlerts.map(({ alert }) => alert));
const alerts = new Set(groups.flatMap(({ rules }) => rules.filter(isAlert).map(({ alert }) => alert)));

/** Headings and what stands below each. */
function sectionsOf(page: string): Map<string, string> {
  const parts = page.split(/^## (.+)\n/m).slice(1);
  return new Map(
    parts.flatMap((title, at) => (at % 2 === 0 ? [[title, (parts[at + 1] ?? '').trim()] as const] : [])),
  );
}

test('every alert has its runbook, and every runbook its alert', () => {
  assert.deepEqual([...pages.keys()], [...alerts, ...fromLines].sort());
});

test('every alert links to its runbook', () => {
  const built = rulesYaml();
  for (const alert of alerts)
    assert.ok(built.includes(`runbook_url: ${config.runbooks}${alert}.md\n`), alert);
});

for (const [name, page] of pages) {
  test(`runbook ${name}: it follows the template`, () => {
    assert.ok(page.startsWith(`# ${name}\n\n## Meaning\n`));
    const sections = sectionsOf(page);
    assert.deepEqual([...sections.keys()], template);
    for (const [title, text] of sections) assert.ok(text.length > 20, `${title} says nothing`);
    assert.match(sections.get('Diagnosis') ?? '', /^```sh\n(?:kubectl|curl|promtool|amtool) /m);
  });

  test(`runbook ${name}: it says what it means by every word in capitals`, () => {
    const diagnosis = sectionsOf(page).get('Diagnosis') ?? '';
    const commands = [...diagnosis.matchAll(/```sh\n(.*?)```/gs)].map(([, text]) => text ?? '').join('\n');
    const known = /^(POD|ACCOUNT|NAME|PROMETHEUS|ALERTMANAGER|ALERTS)$/;
    const words = new Set(commands.match(/\b[A-Z]{3,}\b/g) ?? []);
    for (const word of words) {
      if (!known.test(word)) assert.match(diagnosis.split('```')[0] ?? '', new RegExp(`\\b${word}\\b`), word);
    }
  });

  test(`runbook ${name}: its links lead to other runbooks`, () => {
    for (const [, target] of page.matchAll(/\]\(([^)]+)\.md\)/g)) assert.ok(pages.has(target ?? ''), target);
  });
}

test('the table of the README tells every alert with its severity', () => {
  const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
  const rows = [...readme.matchAll(/^\| \[(\w+)\]\(runbooks\/(\w+)\.md\) \| (\w+)/gm)].map(
    ([, name, page, severity]) => {
      assert.equal(name, page);
      return `${name} ${severity}`;
    },
  );
  const known = groups.flatMap(({ rules }) =>
    rules.filter(isAlert).map(({ alert, severity }) => `${alert} ${severity}`),
  );
  const ofLines = logAlerts.map(({ alert, severity }) => `${alert} ${severity}`);
  assert.deepEqual(rows.sort(), [...new Set([...known, ...ofLines])].sort());
});
