import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cookiesOf, isUnknownSession, parseOpen, sessionUrl } from './engine-io.ts';

const open = '0{"sid":"abc-_1","upgrades":["websocket"],"pingInterval":25000,"maxPayload":1000000}';

const opens: readonly (readonly [name: string, text: string, sid: string | undefined])[] = [
  ['as Socket.IO writes it', open, 'abc-_1'],
  ['with a packet behind it', `${open}\x1e40{"sid":"other"}`, 'abc-_1'],
  ['without upgrades', '0{"sid":"a","upgrades":[]}', 'a'],
  ['nothing', '', undefined],
  ['a page', '<!DOCTYPE html>', undefined],
  ['another packet first', `6\x1e${open}`, undefined],
  ['of Engine.IO 3, with a length before it', `96:${open}`, undefined],
  ['cut short', open.slice(0, -5), undefined],
  ['no object', '0null', undefined],
  ['a session without a name', '0{"sid":"","upgrades":[]}', undefined],
  ['a name with a line end', '0{"sid":"a\\r\\nx: y","upgrades":[]}', undefined],
  ['a name without end', `0{"sid":"${'x'.repeat(300)}","upgrades":[]}`, undefined],
  ['upgrades that are none', '0{"sid":"a","upgrades":"websocket"}', undefined],
];

for (const [name, text, sid] of opens) {
  test(`engine.io: an open packet, ${name}`, () => assert.equal(parseOpen(text)?.sid, sid));
}

const refusals: readonly (readonly [status: number, body: string, unknown: boolean])[] = [
  [400, '{"code":1,"message":"Session ID unknown"}', true],
  [400, '"Invalid session 1a2b"', true],
  [400, 'Session not found', true],
  [404, 'unknown sid', true],
  [400, '{"code":0,"message":"Transport unknown"}', false],
  [400, '{"code":3,"message":"Bad request"}', false],
  [400, '', false],
  [403, '{"code":4,"message":"Forbidden"}', false],
  [502, 'Session ID unknown', false],
  [200, '{"code":1}', false],
];

for (const [status, body, unknown] of refusals) {
  test(`engine.io: ${status} ${body} is ${unknown ? 'an unknown session' : 'another refusal'}`, () => {
    assert.equal(isUnknownSession(status, body), unknown);
  });
}

const cookies: readonly (readonly [name: string, set: readonly string[], sent: string])[] = [
  ['none', [], ''],
  ['without its attributes', ['SERVER=s1; path=/; HttpOnly'], 'SERVER=s1'],
  ['several', ['a=1', 'b=2; Secure', 'c="x y"'], 'a=1; b=2; c="x y"'],
  ['with = in its value', ['lb=aGk=; path=/'], 'lb=aGk='],
  ['without a name', ['=x', 'x', ';', ''], ''],
  [
    'too many',
    Array.from({ length: 20 }, (_, at) => `c${at}=1`),
    Array.from({ length: 16 }, (_, at) => `c${at}=1`).join('; '),
  ],
  ['without end', [`a=${'x'.repeat(5000)}`], ''],
  ['that cannot be sent', ['a=\u00fc'], ''],
];

for (const [name, set, sent] of cookies) {
  test(`engine.io: cookies, ${name}`, () => assert.equal(cookiesOf(set), sent));
}

test('engine.io: the addresses of a session keep what the configuration says', () => {
  const server = 'wss://chat.example.com/socket.io/?EIO=4&transport=websocket&room=1';
  assert.equal(
    sessionUrl(server, 'polling'),
    'https://chat.example.com/socket.io/?EIO=4&transport=polling&room=1',
  );
  assert.equal(
    sessionUrl('ws://a:1/x/', 'websocket', 'a&b'),
    'ws://a:1/x/?EIO=4&transport=websocket&sid=a%26b',
  );
});
