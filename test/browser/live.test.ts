import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { systemClock } from '../../exporter/clock.ts';
import { Elector } from '../../simulator/actors/elector.ts';
import { startProgram, until } from '../e2e/child-program.ts';
import { simulatedCluster } from '../e2e/cluster.ts';
import { openTab, startBrowser, stopBrowser } from './browser.ts';

after(stopBrowser);

const clock = systemClock();
const times = { durationSeconds: 3, renewDeadlineSeconds: 2, retryPeriodSeconds: 0.5 };

/** A cluster with candidates for elections, and the program beside it. */
async function surroundings(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-page-'));
  const cluster = await simulatedCluster();
  const transport = cluster.transport();
  const electors: Elector[] = [];
  t.after(async () => {
    await Promise.all(electors.map((elector) => elector.stop()));
    await transport.close();
    await cluster.close();
    rmSync(folder, { recursive: true });
  });
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  const elector = (lease: string, identity: string): Elector => {
    const each = { transport, clock, random: () => 0.1, namespace: 'default', lease, identity, times };
    const made = new Elector({ ...each, releaseOnCancel: true });
    electors.push(made);
    return made;
  };
  const start = (listen: string, ...more: readonly string[]) => {
    const program = startProgram({
      args: ['run', '--listen', listen, '--kubeconfig', kubeconfig, '--outbox', 'off', ...more],
      env: { HOME: folder },
    });
    t.after(() => program.process.kill('SIGKILL'));
    return program;
  };
  return { elector, start };
}

const leasesSchema = z.object({
  leases: z.array(
    z.looseObject({
      ...{ namespace: z.string(), lease: z.string(), state: z.string(), holder: z.string() },
      renewed: z.looseObject({ unix: z.number() }).nullable(),
    }),
  ),
});

async function leaseOf(url: string, name: string) {
  const { leases } = leasesSchema.parse(await (await fetch(`${url}/api/leases`)).json());
  return leases.find(({ lease }) => lease === name);
}

function row(page: Page, lease: string) {
  const line = page.locator('.lease-row', { has: page.locator(`[data-lease="default/${lease}"]`) });
  const text = async (cell: string) => (await line.locator(`.cell-${cell}`).innerText()).trim();
  return { line, holder: () => text('holder'), state: () => text('state') };
}

test('page: it shows what happens within a second, and survives a restart of the program', async (t) => {
  const browser = await startBrowser(t);
  if (browser === undefined) return;
  const { elector, start } = await surroundings(t);
  const program = start('127.0.0.1:0');
  const url = await program.url();
  const { page, complaints } = await openTab(t, browser);
  await page.goto(url);
  const election = row(page, 'election');
  const tookMs: number[] = [];
  let leader: Elector | undefined;
  for (const name of ['first', 'second', 'third']) {
    const next = elector('election', name);
    void next.start();
    await leader?.stop();
    leader = next;
    await until(
      'the program knows',
      async () => (await leaseOf(url, 'election'))?.holder === name,
      10_000,
      10,
    );
    const known = performance.now();
    await until('the page knows', async () => (await election.holder()) === name, 10_000, 10);
    tookMs.push(performance.now() - known);
  }
  t.diagnostic(`the page knew ${tookMs.map((ms) => ms.toFixed(0)).join(', ')} ms after /api`);
  // Something else may have the processor for a while: the quickest tells how long it takes.
  assert.ok(Math.min(...tookMs) < 1000, `${tookMs} ms`);
  assert.equal(await election.state(), (await leaseOf(url, 'election'))?.state);
  await page.locator('.round', { hasText: 'released' }).first().waitFor();
  assert.deepEqual(complaints, []);

  program.process.kill('SIGTERM');
  await page.getByText('No news.').waitFor();
  assert.match(await page.locator('.link').innerText(), /disconnected/);
  await program.ended;
  const again = start(new URL(url).host);
  await again.url();
  await page.locator('.link', { hasText: 'live' }).waitFor({ timeout: 15_000 });
  await until('it shows the world of the new one', async () => (await election.state()) === 'held');
  assert.equal(await page.getByText('No news.').count(), 0);
  await leader?.stop();
  await until('and what happens in it', async () => (await election.holder()) === 'nobody');
  // All that the browser complains about is that nobody answered for a while.
  assert.deepEqual(
    complaints.filter((text) => !/WebSocket connection to/.test(text)),
    [],
  );
});

test('page: it can be used with the keyboard alone, and what one looks for stands in the address', async (t) => {
  const browser = await startBrowser(t);
  if (browser === undefined) return;
  const { elector, start } = await surroundings(t);
  const url = await start('127.0.0.1:0').url();
  const names = ['alpha', 'beta', 'gamma'];
  const all = names.map((name) => elector(name, `${name}-leader`));
  for (const each of all) void each.start();
  await until('all lead', () => all.every(({ leading }) => leading));

  const { page, complaints } = await openTab(t, browser);
  await page.goto(url);
  await until('all are shown', async () => (await page.locator('.lease-row').count()) === 3);
  const focused = () =>
    page.evaluate('document.activeElement.dataset.lease ?? document.activeElement.textContent');
  const reaches = (lease: string) =>
    until(`the focus is on ${lease}`, async () => (await focused()) === lease);

  await page.keyboard.press('Tab');
  assert.match(String(await focused()), /Skip to the leases/);
  await page.keyboard.press('Enter');
  for (let presses = 0; presses < 10 && (await focused()) !== 'default/alpha'; presses++)
    await page.keyboard.press('Tab');
  await reaches('default/alpha');
  await page.keyboard.press('ArrowDown');
  await reaches('default/beta');
  await page.keyboard.press('End');
  await reaches('default/gamma');
  await page.keyboard.press('ArrowUp');
  await reaches('default/beta');
  await page.keyboard.press('Enter');
  await page.locator('dialog[open] h2', { hasText: 'default/beta' }).waitFor();
  assert.match(page.url(), /lease=default\/beta/);
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await reaches('default/beta');

  await page.getByRole('searchbox').fill('gam');
  await until('the others are gone', async () => (await page.locator('.lease-row').count()) === 1);
  await page.getByRole('button', { name: /^held/ }).click();
  assert.equal(new URL(page.url()).search, '?q=gam&state=held');
  await page.reload();
  await until('the filter is still there', async () => (await page.locator('.lease-row').count()) === 1);
  assert.equal(await page.getByRole('searchbox').inputValue(), 'gam');
  await page.getByRole('button', { name: 'Show all' }).first().click();
  await until('all are back', async () => (await page.locator('.lease-row').count()) === 3);
  assert.deepEqual(complaints, []);
});

const stateSchema = z.object({
  kind: z.literal('state'),
  tables: z.object({
    leases: z.array(
      z.looseObject({
        id: z.string(),
        state: z.string(),
        holder: z.string(),
        renewedAt: z.number().nullable(),
      }),
    ),
    rounds: z.array(z.looseObject({ id: z.string(), cause: z.string(), outcome: z.string().nullable() })),
    sources: z.array(z.looseObject({ id: z.string(), up: z.boolean() })),
  }),
});

test('page: it is told what /api tells', async (t) => {
  const { elector, start } = await surroundings(t);
  const url = await start('127.0.0.1:0').url();
  const [first, second, third] = [elector('a', 'first'), elector('a', 'second'), elector('b', 'third')];
  void first.start();
  await until('the first leads', () => first.leading);
  void second.start();
  void third.start();
  await until('both are led', async () => (await leaseOf(url, 'b'))?.state === 'held');
  await first.stop();
  await third.stop();
  await until('the second leads', async () => (await leaseOf(url, 'a'))?.holder === 'second');
  await until('nobody leads the other', async () => (await leaseOf(url, 'b'))?.state === 'released');

  // Both are asked at once, until nothing happens in between.
  await until('they say the same', async () => {
    const { leases } = leasesSchema.parse(await (await fetch(`${url}/api/leases`)).json());
    const { tables } = await firstMessage(url);
    const { leases: after } = leasesSchema.parse(await (await fetch(`${url}/api/leases`)).json());
    if (JSON.stringify(told(leases)) !== JSON.stringify(told(after))) return false;
    const rows = tables.leases.map(({ id, state, holder, renewedAt }) => ({ id, state, holder, renewedAt }));
    assert.deepEqual(rows, told(leases));
    assert.deepEqual(
      rows.map(({ state }) => state),
      ['held', 'released'],
    );
    assert.ok(tables.rounds.some(({ cause, outcome }) => cause === 'released' && outcome === 'elected'));
    assert.ok(tables.sources.some(({ id, up }) => id === 'leases' && up));
    return true;
  });
});

function told(leases: z.output<typeof leasesSchema>['leases']) {
  return leases.map(({ namespace, lease, state, holder, renewed }) => ({
    ...{ id: `${namespace}/${lease}`, state, holder, renewedAt: renewed?.unix ?? null },
  }));
}

async function firstMessage(url: string) {
  const reader = new WebSocket(`${url.replace('http', 'ws')}/live`);
  const data = await new Promise((resolve, reject) => {
    reader.once('message', resolve).once('error', reject);
  });
  reader.close();
  return stateSchema.parse(JSON.parse(String(data)));
}

test('page: its WebSocket is counted with the others, and is for our own page alone', async (t) => {
  const { start } = await surroundings(t);
  const port = await freePort();
  const url = await start(`127.0.0.1:${port}`, '--ports', String(port)).url();
  const stranger = new WebSocket(`${url.replace('http', 'ws')}/live`, { origin: 'https://evil.example' });
  const refused = await new Promise((resolve) => stranger.once('error', resolve));
  assert.match(String(refused), /403/);
  const reader = new WebSocket(`${url.replace('http', 'ws')}/live`, { origin: url });
  t.after(() => reader.terminate());
  await new Promise((resolve) => reader.once('message', resolve));
  const counted = z.object({
    connections: z.array(z.looseObject({ port: z.number(), established: z.number() })),
  });
  await until('it is counted', async () => {
    const { connections } = counted.parse(await (await fetch(`${url}/api/connections`)).json());
    // Another one may be that of the question itself.
    return connections.some(({ established }) => established >= 1);
  });
});

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
