import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashSync } from 'bcryptjs';
import { passwordThread } from './password-thread.ts';
import { Passwords } from './passwords.ts';

const users = new Map([
  ['alice', 'hash of open'],
  ['bob', 'hash of sesame'],
]);

/** Compares when it is told to, and keeps what it was asked. */
function slowly() {
  const asked: { password: string; hash: string; answer: (right?: boolean) => void }[] = [];
  const compare = (password: string, hash: string) =>
    new Promise<boolean | undefined>((resolve) => {
      asked.push({ password, hash, answer: (right = hash === `hash of ${password}`) => resolve(right) });
    });
  return { asked, passwords: new Passwords(compare) };
}

const login = (user: string, password: string, address = '10.0.0.1') => ({ user, password, address });
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('passwords: what was compared once is not compared again, whether right or wrong', async () => {
  const { asked, passwords } = slowly();
  for (const [password, verdict] of [
    ['open', 'right'],
    ['shut', 'wrong'],
  ] as const) {
    const first = passwords.check(users, login('alice', password));
    await turn();
    asked.at(-1)?.answer();
    assert.equal(await first, verdict);
    assert.equal(await passwords.check(users, login('alice', password)), verdict);
  }
  assert.equal(asked.length, 2);
});

test('passwords: a changed hash is compared anew', async () => {
  const { asked, passwords } = slowly();
  const first = passwords.check(users, login('alice', 'open'));
  await turn();
  asked[0]?.answer();
  assert.equal(await first, 'right');
  const later = passwords.check(new Map([['alice', 'hash of new']]), login('alice', 'open'));
  await turn();
  asked[1]?.answer();
  assert.equal(await later, 'wrong');
});

test('passwords: an unknown user is compared like a known one, and is wrong whatever comes out', async () => {
  const { asked, passwords } = slowly();
  const costly = new Map([['alice', '$2y$12$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi']]);
  const verdict = passwords.check(costly, login('mallory', 'open'));
  await turn();
  assert.match(asked[0]?.hash ?? '', /^\$2b\$12\$[./A-Za-z0-9]{53}$/);
  asked[0]?.answer(true);
  assert.equal(await verdict, 'wrong');
});

test('passwords: one comparison runs at a time, and addresses take turns', async () => {
  const { asked, passwords } = slowly();
  for (let i = 0; i < 5; i++) void passwords.check(users, login('alice', `guess ${i}`, '10.6.6.6'));
  const good = passwords.check(users, login('alice', 'open'));
  await turn();
  assert.equal(asked.length, 1);
  asked[0]?.answer();
  await turn();
  await turn();
  assert.deepEqual(
    asked.map(({ password }) => password),
    ['guess 0', 'guess 1'].toSpliced(1, 1, 'open'),
  );
  asked[1]?.answer();
  assert.equal(await good, 'right');
});

test('passwords: who guesses much waits behind himself, and all together cannot fill the memory', async () => {
  const { asked, passwords } = slowly();
  const guesses = (address: string) =>
    Array.from({ length: 20 }, (_, i) =>
      passwords.check(users, login('alice', `guess ${i} from ${address}`, address)),
    );
  const settled: string[] = [];
  for (let host = 0; host < 20; host++)
    for (const guess of guesses(`10.0.1.${host}`)) void guess.then((verdict) => settled.push(verdict));
  await turn();
  assert.equal(asked.length, 1);
  assert.ok(
    settled.length >= 400 - 33 && settled.every((verdict) => verdict === 'busy'),
    String(settled.length),
  );
});

test('passwords: the same login from many connections is one comparison', async () => {
  const { asked, passwords } = slowly();
  const all = Array.from({ length: 50 }, () => passwords.check(users, login('alice', 'open')));
  await turn();
  asked[0]?.answer();
  assert.deepEqual(new Set(await Promise.all(all)), new Set(['right']));
  assert.equal(asked.length, 1);
});

test('passwords: wrong ones, however many, do not make a right one be compared again', async () => {
  let compared = 0;
  const passwords = new Passwords(async (password, hash) => {
    compared++;
    return hash === `hash of ${password}`;
  });
  assert.equal(await passwords.check(users, login('bob', 'sesame')), 'right');
  for (let i = 0; i < 1000; i++) await passwords.check(users, login('bob', `guess ${i}`));
  compared = 0;
  assert.equal(await passwords.check(users, login('bob', 'sesame')), 'right');
  assert.equal(compared, 0);
});

test('passwords: bcrypt runs in a thread of its own: hashes of htpasswd, and the loop goes on', async (t) => {
  const thread = passwordThread();
  t.after(() => thread.close());
  const passwords = new Passwords(thread.compare);
  const hashed = new Map([
    ['prometheus', '$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi'],
    ['costly', hashSync('costly', 11)],
  ]);
  let turns = 0;
  const ticking = setInterval(() => turns++, 2);
  t.after(() => clearInterval(ticking));
  const verdicts = await Promise.all([
    passwords.check(hashed, login('prometheus', 'fakepassword')),
    passwords.check(hashed, login('prometheus', 'fakepassworD')),
    passwords.check(hashed, login('costly', 'costly')),
    passwords.check(hashed, login('nobody', 'costly')),
  ]);
  assert.deepEqual(verdicts, ['right', 'wrong', 'right', 'wrong']);
  assert.ok(turns > 20, `${turns} turns of the loop meanwhile`);
});
