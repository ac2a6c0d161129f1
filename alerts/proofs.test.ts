import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secondsOf } from '../exporter/promql.ts';
import { type AlertRule, isAlert } from './rule.ts';
import { groups } from './rules.ts';
import { testFiles } from './tests/files.ts';
import { scrapeSeconds } from './tests/story.ts';

const alerts = groups.flatMap(({ rules }) => rules.filter(isAlert));
const stories = testFiles.flatMap(({ stories: told, evaluatedEvery = scrapeSeconds }) =>
  told.map((story) => ({ ...story, evaluatedEvery })),
);

/** What other bundles page for in vain, or do not page for: each has a story, by the words of its name. */
const known: readonly (readonly [what: string, story: RegExp])[] = [
  ['the API server is away: nobody sees', /^API server outage: leasewatch is blind/],
  ['the API server is away: nobody can renew', /^API server outage: nobody can renew/],
  ['the clock of a holder is an hour off', /^clock of a holder an hour ahead/],
  ['the clock of leasewatch is an hour off', /^clock of leasewatch an hour ahead/],
  ['a graceful release', /^graceful release/],
  ['a rolling upgrade with release', /^rolling upgrade of five replicas, with release/],
  ['a rolling upgrade without release', /^rolling upgrade of five replicas, without release/],
  ['a rolling upgrade and the objective', /^a rolling upgrade of five replicas .* opens no ticket/],
  ['leasewatch restarts', /^leasewatch restarts/],
  ['missed scrapes', /^missed scrapes: a held lease/],
  ['missed scrapes after an expiry was scraped', /^missed scrapes: an expiry/],
  ['leftovers', /^leftovers/],
  ['locks and leases without a holder', /^locks and leases without a holder/],
  ['identity leases of API servers after a rollout', /^identity leases of API servers/],
  ['first start', /^first start/],
  ['one node that holds most leaders dies: its pages come', /^one node that holds most leaders dies/],
  ['a lease of 3,600 s', /^a lease of 3,600 s: silent for most of an hour/],
  ['a lease of 3,600 s that nobody takes: its page comes', /^a lease of 3,600 s that nobody takes/],
  ['scaled to zero', /^scaled to zero/],
  ['an autoscaler removes nodes', /^an autoscaler removes nodes/],
  ['evicted, and the replacement stays Pending: its page comes', /^a leader is evicted without a release/],
  ['the same with a release', /^a leader is evicted, releases, and/],
];

for (const [what, name] of known) {
  test(`there is a story: ${what}`, () => {
    assert.equal(stories.filter((story) => name.test(story.name)).length, 1);
  });
}

/** Whether some object of an alert changes from one evaluation to the next in a story, in this direction. */
function turns({ alert }: AlertRule, direction: 'begins' | 'ends'): boolean {
  return stories.some(({ firing, evaluatedEvery }) => {
    const looks = firing.map(([at, ...names]) => ({ at: secondsOf(at), names }));
    return looks.some(({ at, names }, index) => {
      const before = looks[index - 1];
      if (before === undefined || at - before.at > evaluatedEvery) return false;
      const [silent, firing] = direction === 'begins' ? [before.names, names] : [names, before.names];
      return firing.some((name) => name.split(' ')[0] === alert && !silent.includes(name));
    });
  });
}

test('every `for` is proven to the evaluation: silent at the one before, firing at the next', () => {
  const unproven = alerts.filter((rule) => rule.for !== undefined && !turns(rule, 'begins'));
  assert.deepEqual(
    unproven.map(({ alert }) => alert),
    [],
  );
});

test('so is every `keep_firing_for`: firing at the one before, silent at the next', () => {
  const unproven = alerts.filter((rule) => rule.keepFiringFor !== undefined && !turns(rule, 'ends'));
  assert.deepEqual(
    unproven.map(({ alert }) => alert),
    [],
  );
});
