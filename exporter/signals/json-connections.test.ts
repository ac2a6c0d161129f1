import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ProbeHandshake } from '../model/observation.ts';
import { countsView, modelView, probeView } from './fixtures.ts';
import { allConnectionsJson } from './json-connections.ts';

const failing: ProbeHandshake = {
  step: 'handshake',
  failure: 'status',
  why: 'answered 503\u001b[31m where 101 was expected',
  status: 503,
  phases: { dns: 0.002, tcp: 0.001 },
  certificates: undefined,
};
const nothing = { counts: new Map<string, number>() };
const nobody = { backends: undefined, connections: new Map<string, number>(), failures: new Map() };
const never = {
  ...{ last: undefined, handshakes: new Map(), closes: new Map() },
  ...{ sessions: nothing, spread: nobody },
};

function connections() {
  const view = {
    places: () => [],
    unread: () => [],
    node: () => undefined,
    probes: () => [
      probeView(),
      probeView({ target: 'edge', last: failing, sessions: nothing, spread: nobody }),
      probeView({ target: 'not probed yet', ...never }),
    ],
    counts: () => [
      countsView(),
      countsView({ target: 'hub', side: 'app', connections: undefined, total: undefined }),
    ],
  };
  return modelView({ connections: view }).connections();
}

// Written anew by `node --test --test-update-snapshots`.
test('/api/connections: the probes and what others count, and null where nobody knows', (t) => {
  const told = `${JSON.stringify(allConnectionsJson(connections()), undefined, 2)}\n`;
  const path = join(import.meta.dirname, 'testdata', 'connections.json');
  t.assert.fileSnapshot(told, path, { serializers: [String] });
});

test('/api/connections: nothing is watched, and nothing is told', () => {
  const none = { connections: [], probes: [], endpoints: [] };
  assert.deepEqual(allConnectionsJson(modelView({}).connections()), none);
});
