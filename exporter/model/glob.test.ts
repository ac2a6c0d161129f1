import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pick, seededRandom } from '../../simulator/random.ts';
import { coversGlob, isGlob, matchesGlob } from './glob.ts';

const table: readonly (readonly [pattern: string, text: string, matches: boolean])[] = [
  ['till', 'till', true],
  ['till', 'tills', false],
  ['till', 'til', false],
  ['', '', true],
  ['', 'a', false],
  ['*', '', true],
  ['*', 'kube-scheduler', true],
  ['?', '', false],
  ['?', 'a', true],
  ['?', 'ab', false],
  ['till-?', 'till-1', true],
  ['till-?', 'till-12', false],
  ['till-*', 'till-', true],
  ['till-*', 'till', false],
  ['*-lock', 'agent-lock', true],
  ['*-lock', 'agent-locks', false],
  ['a*b*c', 'axxbyybzc', true],
  ['a*b*c', 'axxbyybz', false],
  ['*ab', 'aab', true],
  ['*a?', 'aaa', true],
  ['cert.io', 'certxio', false],
  ['a.*', 'ab', false],
  ['**', 'x', true],
];

for (const [pattern, text, expected] of table) {
  test(`glob "${pattern}" ${expected ? 'matches' : 'does not match'} "${text}"`, () => {
    assert.equal(matchesGlob(pattern, text), expected);
  });
}

test('a glob is told from a name', () => {
  assert.deepEqual(['till', 'till-*', 'till-?', 'a.b'].map(isGlob), [false, true, true, false]);
});

test('a glob that would keep a regular expression busy for years answers at once', () => {
  assert.equal(matchesGlob(`${'*a'.repeat(60)}*b`, 'a'.repeat(253)), false);
});

describe('any glob', () => {
  const random = seededRandom(7);
  const word = (letters: string, longest: number) =>
    Array.from({ length: Math.floor(random() * (longest + 1)) }, () => pick(random, [...letters])).join('');
  const oracle = (pattern: string) =>
    new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')}$`);

  test('matches what the same regular expression matches', () => {
    let matched = 0;
    for (let round = 0; round < 20_000; round++) {
      const [pattern, text] = [word('ab.*?', 6), word('ab.', 7)];
      const expected = oracle(pattern).test(text);
      assert.equal(matchesGlob(pattern, text), expected, `"${pattern}" and "${text}"`);
      if (expected) matched += 1;
    }
    assert.ok(matched > 1000, 'the texts are near enough to the patterns');
  });

  test('that covers another matches all that the other matches', () => {
    let proven = 0;
    for (let round = 0; round < 40_000; round++) {
      const [wide, narrow, text] = [word('a*?', 4), word('ab*?', 4), word('ab', 5)];
      if (!coversGlob(wide, narrow) || !matchesGlob(narrow, text)) continue;
      assert.ok(matchesGlob(wide, text), `"${wide}" covers "${narrow}", which matches "${text}"`);
      proven += 1;
    }
    assert.ok(proven > 1000, 'enough of them cover each other');
  });

  test('covers itself, and is covered by *', () => {
    for (let round = 0; round < 500; round++) {
      const pattern = word('ab*?', 5);
      assert.ok(coversGlob('*', pattern));
      assert.ok(coversGlob(pattern, pattern), pattern);
    }
  });
});
