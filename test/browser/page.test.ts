import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import type { Moment } from '../../exporter/clock.ts';
import {
  closedRound,
  leaseView,
  missingLease,
  nodeView,
  placeView,
  policiesView,
  probeView,
  sourceView,
} from '../../exporter/signals/fixtures.ts';
import { until } from '../e2e/child-program.ts';
import { openTab, startBrowser, stopBrowser, traced } from './browser.ts';
import { beating, renewing, stagePage } from './staged-page.ts';

after(stopBrowser);

/** Everything that can be wrong at once, and something that is well. */
function trouble(now: Moment) {
  const states = ['held', 'expired', 'released', 'vacant', 'orphaned', 'deleted', 'unknown'] as const;
  const nodeStates = ['alive', 'late', 'lost', 'terminating', 'orphan', 'unknown'] as const;
  const moments = { since: now.mono - 90_000, observedMono: now.mono - 4000, observedWall: now.wall };
  return {
    leases: [
      ...states.map((state) => leaseView({ ...moments, name: `operator-${state}`, state })),
      leaseView({ ...moments, class: 'lock', name: 'a-lock', durationSeconds: undefined }),
    ],
    nodes: nodeStates.map((state) =>
      nodeView({ ...moments, name: `node-${state}`, state, disagreement: 'x' }),
    ),
    sources: [
      sourceView(),
      sourceView({ name: 'nodes', up: false, why: 'connection refused' }),
      sourceView({ name: 'sockets', up: false, forbidden: true, why: 'not permitted' }),
    ],
    openRounds: [
      closedRound({ closed: undefined, acquired: undefined, outcome: undefined, fate: 'node_lost' }),
      closedRound({ traceId: 'b'.repeat(32), uncertain: true, attempts: 2 }),
    ],
    connections: {
      places: () => [placeView()],
      unread: () => [{ namespace: 'shop', pod: 'till-0', reason: 'denied', why: 'denied' } as const],
      node: () => undefined,
      probes: () => [probeView(), probeView({ target: 'never', last: undefined })],
      counts: () => [],
    },
    massSilence: [{ class: 'election', active: true } as const],
    policies: policiesView({ expected: [missingLease({ since: now.mono - 1000 })] }),
  };
}

const violations = z.array(
  z.looseObject({ id: z.string(), nodes: z.array(z.looseObject({ html: z.string() })) }),
);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What is wrong for those who cannot see or point; nothing, if all is well. */
async function accessibility(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate('axe.run().then(({ violations }) => violations)');
  return violations
    .parse(found)
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [device, width] of [['desktop', 1440] as const, ['phone', 360] as const]) {
    test(`page: everybody can use it, ${colorScheme}, ${device}`, async (t) => {
      const browser = await startBrowser(t);
      if (browser === undefined) return;
      const url = await stagePage(t, trouble);
      const viewport = { width, height: 800 };
      const { page, complaints } = await openTab(t, browser, {
        colorScheme,
        viewport,
        reducedMotion: 'reduce',
      });
      await page.goto(url);
      await page.getByText('operator-expired').first().waitFor();
      assert.deepEqual(await accessibility(page), []);
      const wide = await page.evaluate('document.documentElement.scrollWidth');
      assert.ok(Number(wide) <= width, `scrolls sideways: ${wide} of ${width}`);
      await page.locator('[data-lease="kube-system/operator-held"]').click();
      await page.locator('dialog[open]').waitFor();
      assert.deepEqual(await accessibility(page), []);
      assert.deepEqual(complaints, []);
    });
  }
}

test('page: states are told apart by words and shapes, not by colour alone', async (t) => {
  const browser = await startBrowser(t);
  if (browser === undefined) return;
  const { page } = await openTab(t, browser);
  await page.goto(await stagePage(t, trouble));
  const shapes = new Set<string>();
  for (const state of ['held', 'expired', 'orphaned', 'unknown']) {
    const mark = page.locator(`.lease-row .state.is-${state}`).first();
    assert.equal((await mark.textContent())?.trim(), state);
    shapes.add(await mark.locator('svg').innerHTML());
  }
  assert.equal(shapes.size, 4);
});

test('page: it uses nothing but the program that serves it', async (t) => {
  const browser = await startBrowser(t);
  if (browser === undefined) return;
  const { page } = await openTab(t, browser);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const url = await stagePage(t, trouble);
  await page.goto(url);
  await page.getByText('operator-expired').first().waitFor();
  assert.ok(asked.length >= 3);
  assert.deepEqual(
    asked.filter((address) => !address.startsWith(url)),
    [],
  );
});

test('page: what a cluster calls its things is text', async (t) => {
  const browser = await startBrowser(t);
  if (browser === undefined) return;
  const evil = '<img src=x onerror="complain(1)"><script>complain(2)</script>';
  const { page, complaints } = await openTab(t, browser);
  const url = await stagePage(t, (now) => ({
    leases: [leaseView({ observedMono: now.mono, holder: evil, holderPod: '', name: 'evil' })],
    nodes: [nodeView({ name: evil, observedMono: now.mono })],
    openRounds: [closedRound({ predecessor: evil, successor: evil, lease: evil })],
  }));
  await page.goto(`${url}/?lease=${encodeURIComponent('kube-system/evil')}&q=`);
  await page.locator('dialog[open]').waitFor();
  assert.ok((await page.locator('.tile-name').textContent())?.includes(evil));
  assert.equal(await page.locator('img').count(), 0);
  assert.deepEqual(complaints, []);
});

test('page: it can be made to hold still, and goes on where the world is by then', async (t) => {
  const browser = await startBrowser(t);
  if (browser === undefined) return;
  const { page, complaints } = await openTab(t, browser);
  const world = { holder: 'first' };
  const url = await stagePage(t, (now) => ({
    leases: [leaseView({ observedMono: now.mono, holder: world.holder, holderPod: '', holderNode: '' })],
  }));
  await page.goto(url);
  const holder = page.locator('.cell-holder');
  await page.getByRole('button', { name: 'Pause' }).click();
  world.holder = 'second';
  await page.locator('.link', { hasText: 'paused' }).waitFor();
  const style = () => page.locator('.bar').first().getAttribute('style');
  // What was under way when it was told to stand still is drawn yet.
  await until('the bar stands still', async () => {
    const now = await style();
    await page.evaluate('new Promise((later) => setTimeout(later, 300))');
    return now === (await style());
  });
  const before = await style();
  const { page: other } = await openTab(t, browser);
  await other.goto(url);
  await other.locator('.cell-holder', { hasText: 'second' }).waitFor();
  assert.equal(await holder.innerText(), 'first');
  assert.equal(await style(), before);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.locator('.cell-holder', { hasText: 'second' }).waitFor();
  assert.deepEqual(complaints, []);
});

test('page: one of another build is loaded anew, once', async (t) => {
  const browser = await startBrowser(t);
  if (browser === undefined) return;
  const { page } = await openTab(t, browser);
  const url = await stagePage(t, trouble);
  let loads = 0;
  // A cache on the way that hands out an old page.
  await page.route(`${url}/`, async (route) => {
    loads += 1;
    const headers = { ...route.request().headers(), 'accept-encoding': 'identity' };
    const response = await route.fetch({ headers });
    const body = (await response.text()).replace(/content="[0-9a-f]{16}"/, 'content="an-older-build"');
    await route.fulfill({ response, body });
  });
  const told: number[] = [];
  page.on('websocket', (socket) => socket.on('framereceived', () => told.push(loads)));
  await page.goto(url);
  await until(
    'the second one hears more than the first',
    () => told.filter((load) => load === 2).length >= 3,
  );
  assert.equal(loads, 2);
});

const scrolling = `new Promise((resolve) => {
  const box = document.querySelector('.windowed');
  let frames = 0;
  let rows = 0;
  const end = performance.now() + 3000;
  requestAnimationFrame(function draw(now) {
    frames += 1;
    rows = Math.max(rows, document.querySelectorAll('.lease-row').length);
    box.scrollTop += 37;
    if (box.scrollTop + box.clientHeight >= box.scrollHeight - 1) box.scrollTop = 0;
    if (now < end) requestAnimationFrame(draw);
    else resolve({ frames, rows });
  });
})`;

test('page: a thousand leases that renew all the time, and three thousand nodes, do not stutter', async (t) => {
  const browser = await startBrowser(t);
  if (browser === undefined) return;
  const { page, complaints } = await openTab(t, browser);
  const url = await stagePage(t, (now) => ({ leases: renewing(1000, now), nodes: beating(3000, now) }));
  await page.goto(url);
  await page.getByText('operator-0000').first().waitFor();
  await page.getByText('3,000 alive').waitFor();
  const { result, tasksMs } = await traced(page, () => page.evaluate(scrolling));
  const { frames, rows } = z.object({ frames: z.number(), rows: z.number() }).parse(result);
  const longest = Math.max(...tasksMs);
  const all = tasksMs.reduce((sum, each) => sum + each, 0);
  t.diagnostic(
    `3 s of scrolling: ${frames} frames, ${all.toFixed(0)} ms of work, ${longest.toFixed(1)} ms at once`,
  );
  // Time of the processor, and not of the wall: how many frames come of it depends on what else the machine does.
  assert.ok(tasksMs.length > 50, `${tasksMs.length} tasks`);
  assert.ok(longest < 50, `the longest task took ${longest} ms`);
  assert.ok(all < 2000, `${all} ms of 3 s`);
  assert.ok(rows < 60, `${rows} rows exist`);
  assert.deepEqual(complaints, []);
});
