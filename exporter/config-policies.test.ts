import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type LoadedConfig, loadConfig } from './config.ts';
import { describeProblem } from './config-problems.ts';

function load(t: TestContext, yaml: string): LoadedConfig {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-policies-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'leasewatch.yaml');
  writeFileSync(file, yaml);
  return loadConfig({ flags: {}, env: { NODE_NAME: 'edge-1' }, file });
}

function problems(t: TestContext, yaml: string): string[] {
  const loaded = load(t, yaml);
  return loaded.kind === 'ok' ? [] : loaded.problems.map(describeProblem);
}

test('policies: everything that can be said arrives, with its defaults', (t) => {
  const loaded = load(
    t,
    `
policies:
  - match: { namespace: kube-system, name: kube-scheduler }
    expect: held
    grace: 30s
    severity: critical
    team: platform
    lateAfter: 5s
    leftoverAfter: 7d
    class: election
  - match: { name: till-*, labels: { app: till, example.com/tier: 1 } }
    expect: held
    team:
  - match: { namespace: "*-preview" }
    ignore: true
  - match: { node: edge-* }
    grace: 2m
`,
  );
  if (loaded.kind === 'invalid') assert.fail(loaded.problems.map(describeProblem).join('\n'));
  const silent = {
    expect: undefined,
    graceMs: 60_000,
    severity: undefined,
    team: undefined,
    lateAfterMs: undefined,
    leftoverAfterMs: undefined,
    ignore: false,
    class: undefined,
  };
  assert.deepEqual(loaded.config.policies, [
    {
      about: 'leases',
      path: 'policies[0]',
      match: { namespace: 'kube-system', name: 'kube-scheduler', labels: {} },
      expect: 'held',
      graceMs: 30_000,
      severity: 'critical',
      team: 'platform',
      lateAfterMs: 5000,
      leftoverAfterMs: 604_800_000,
      ignore: false,
      class: 'election',
    },
    {
      ...silent,
      about: 'leases',
      path: 'policies[1]',
      match: { namespace: undefined, name: 'till-*', labels: { app: 'till', 'example.com/tier': '1' } },
      expect: 'held',
    },
    {
      ...silent,
      about: 'leases',
      path: 'policies[2]',
      match: { namespace: '*-preview', name: undefined, labels: {} },
      ignore: true,
    },
    { about: 'nodes', path: 'policies[3]', match: { node: 'edge-*' }, graceMs: 120_000 },
  ]);
});

const asName = 'must be a name of Kubernetes, in which * stands for any text and ? for one character';
const asValue = 'must be a label value, in which * stands for any text and ? for one character';

const badPatterns: readonly (readonly [match: string, problem: string])[] = [
  [
    'name: "^till-.*$"',
    `name: ${asName} (as a glob it would match nothing: no name has "^" in it; perhaps "till-*" is meant), not "^till-.*$"`,
  ],
  [
    'name: "^till"',
    `name: ${asName} (as a glob it would match nothing: no name has "^" in it; perhaps "till*" is meant), not "^till"`,
  ],
  [
    'name: "lock$"',
    `name: ${asName} (as a glob it would match nothing: no name has "$" in it; perhaps "*lock" is meant), not "lock$"`,
  ],
  [
    'name: till-.*',
    `name: ${asName} (as a glob it would match only names that begin with "till-."; perhaps "till-*" is meant), not "till-.*"`,
  ],
  [
    'name: ".*-lock"',
    `name: ${asName} (as a glob it would match only names that begin with "." and end with "-lock"; perhaps "*-lock" is meant), not ".*-lock"`,
  ],
  [
    'name: till-?.*',
    `name: ${asName} (as a glob it would match only names of the form "till-?.*"; perhaps "till-?*" is meant), not "till-?.*"`,
  ],
  [
    'name: "(till|stock)"',
    `name: ${asName} (as a glob it would match nothing: no name has "(" in it), not "(till|stock)"`,
  ],
  [
    'name: shop/till-*',
    `name: ${asName} (as a glob it would match nothing: no name has "/" in it; perhaps namespace: shop and name: till-* are meant), not "shop/till-*"`,
  ],
  [
    'name: "*/till"',
    `name: ${asName} (as a glob it would match nothing: no name has "/" in it; perhaps namespace: "*" and name: till are meant), not "*/till"`,
  ],
  [
    `name: ${'x'.repeat(254)}`,
    `name: ${asName} (as a glob it would match nothing: it is longer than 253), not "${'x'.repeat(79)}…`,
  ],
  ['name: 7', `name: ${asName}, not 7`],
  ['name: ""', `name: ${asName}, not ""`],
  [
    'namespace: Shop',
    'namespace: must be a namespace, in which * stands for any text and ? for one character (as a glob it would match nothing: no namespace has "S" in it; perhaps "shop" is meant), not "Shop"',
  ],
  [
    'labels: { app: till|stock }',
    `labels.app: ${asValue} (as a glob it would match nothing: no value has "|" in it), not "till|stock"`,
  ],
  ['labels: { app: [till] }', `labels.app: ${asValue}, not ["till"]`],
  [
    'labels: { app*: till }',
    'labels: must have keys such as app or example.com/app, without wildcards, not "app*"',
  ],
  ['labels: [app]', 'labels: must be a section with keys of its own, not ["app"]'],
  ['nmae: till', 'nmae: is no option; did you mean name?'],
];

for (const [match, expected] of badPatterns) {
  test(`bad policy: match { ${match.slice(0, 40)} }`, (t) => {
    const [first] = problems(t, `policies: [{ match: { ${match} }, severity: info }]`);
    assert.equal(first, `policies[0].match.${expected}`);
  });
}

const badPolicies: readonly (readonly [name: string, yaml: string, problems: readonly string[]])[] = [
  [
    'what has no meaning, all at once',
    `
policies:
  - match: {}
    severity: page
  - severity: info
  - match: { name: a }
  - match: { name: b }
    grace: 5s
  - match: { name: c }
    ignore: true
    team: a
  - match: { node: n, name: d }
    expect: held
  - match: { namespace: kube-node-lease }
    severity: info
  - match: { name: e }
    lateAfter: 1
    leftoverAfter: 1
`,
    [
      'policies[0].severity: must be critical, warning or info, not "page"',
      'policies[1].match: must be a section with keys of its own',
      'policies[7].lateAfter: must be a duration from 100ms to 24h, such as 500ms, 10s or 5m, not 1',
      'policies[7].leftoverAfter: must be a duration from 1s to 366d, such as 10m, 12h or 7d, not 1',
      'policies[0].match: is empty: name: "*" matches every lease, node: "*" every node',
      'policies[2]: says nothing: for leases there are expect, severity, team, lateAfter, leftoverAfter, class and ignore',
      'policies[3].grace: has no meaning without expect: held',
      'policies[4].team: has no meaning where ignore is true',
      'policies[5].match.name: is for leases, and node beside it for nodes',
      'policies[5]: says nothing: for nodes it needs grace',
      'policies[5].expect: has no meaning for nodes',
      'policies[6].match.namespace: holds the leases of nodes: match them with node',
    ],
  ],
  [
    'that never applies',
    `
policies:
  - { match: { name: "till-*" }, severity: info }
  - { match: { namespace: shop, name: till-1 }, expect: held }
  - { match: { name: "*", labels: { app: "a*" } }, severity: info }
  - { match: { name: x, labels: { app: ab, tier: x } }, team: a }
  - { match: { name: x }, team: a }
  - { match: { node: "*" }, grace: 5s }
  - { match: { node: edge-1 }, grace: 6s }
`,
    [
      'policies[1]: never applies: policies[0] matches first all that it could match',
      'policies[3]: never applies: policies[2] matches first all that it could match',
      'policies[6]: never applies: policies[5] matches first all that it could match',
    ],
  ],
  [
    'for what is not watched',
    `
kubernetes: { namespaces: [shop], leases: [till], nodes: false }
policies:
  - { match: { namespace: stock, name: till }, expect: held }
  - { match: { namespace: shop, name: tills }, severity: info }
  - { match: { namespace: "stock-*" }, ignore: true }
  - { match: { node: "*" }, grace: 5s }
  - { match: { namespace: "sh*", name: "ti?l" }, expect: held }
`,
    [
      'policies[0]: expects stock/till, which is not watched: see kubernetes.namespaces',
      'policies[1]: is for shop/tills, which is not watched: see kubernetes.leases',
      'policies[2]: matches nothing of what is watched: see kubernetes.namespaces',
      'policies[3]: is for nodes, and kubernetes.nodes is false',
    ],
  ],
  [
    'that is no list',
    'policies: { match: { name: a } }',
    ['policies: must be a list, not {"match":{"name":"a"}}'],
  ],
  [
    'that is no section',
    'policies: [till, null]',
    [
      'policies[0]: must be a section with keys of its own, not "till"',
      'policies[1]: must be a section with keys of its own, not null',
    ],
  ],
];

for (const [name, yaml, expected] of badPolicies) {
  test(`bad policy: ${name}`, (t) => assert.deepEqual(problems(t, yaml), expected));
}

test('policies: one list may serve every mode', (t) => {
  const yaml = 'mode: node\npolicies: [{ match: { namespace: shop, name: till }, expect: held }]';
  assert.deepEqual(problems(t, yaml), []);
});
