import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadConfig } from './config.ts';

function load(t: TestContext, traceUrl: string) {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-config-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'leasewatch.yaml');
  writeFileSync(file, `page:\n  traceUrl: '${traceUrl}'\n`);
  return loadConfig({ flags: {}, env: {}, file });
}

test('config: the address of a trace has a place for its id', (t) => {
  const good = load(t, 'https://jaeger.example/trace/{traceId}?x={traceId}');
  assert.equal(
    good.kind === 'ok' && good.config.page.traceUrl,
    'https://jaeger.example/trace/{traceId}?x={traceId}',
  );
  assert.equal(loadConfig({ flags: {}, env: {} }).kind, 'ok');
});

test('config: an address that leads to no trace is refused with its place', (t) => {
  for (const wrong of ['https://jaeger.example/', 'javascript:alert(1)//{traceId}', '{traceId}']) {
    const told = load(t, wrong);
    assert.equal(told.kind, 'invalid');
    const [problem] = told.kind === 'invalid' ? told.problems : [];
    assert.equal(problem?.message, 'must be an http:// or https:// address with {traceId} in it');
    assert.match(problem?.path ?? '', /page\.traceUrl/);
  }
});
