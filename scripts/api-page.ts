import { type ApiName, apiNames } from '../exporter/delivery/server.ts';
import { apiAnswers } from './api-story.ts';

/** docs/api.md as text: what each path answers, by the code that answers. */
export function apiPage(): string {
  const answers = apiAnswers();
  const parts = apiNames.map((name) => {
    const text = JSON.stringify(answers[name], undefined, 2);
    return `## /api/${name}\n\n${words[name]}\n\n\`\`\`json\n${text}\n\`\`\`\n`;
  });
  return `${introduction}\n${parts.join('\n')}`;
}

const words: Readonly<Record<ApiName, string>> = {
  leases:
    'Every lease but the heartbeats of nodes. `observedSecondsAgo` is how long ago the last change of its record reached leasewatch, on one clock: subtract it from `leaseDurationSeconds`, and you have what is left. `renewed` and `acquired` are what the holder wrote, on a clock of its own. Counts are those since leasewatch started; `changesLastDay` and `lastRound` those since `watchedSince`, and of at most 24 hours. `absent` is true where a policy expects a holder and there is none, and null where none expects one.',
  rounds:
    'Open rounds first, then the last 200 that closed, the latest first. [Concepts](concepts.md#a-round) tells what the times mean. `uncertain` says that some of it was not seen; `unseenFrom` and `unseenTo` are the bounds.',
  nodes:
    'Every node by its heartbeat. `disagreement` is `fresh_lease_not_ready` or `stale_lease_ready` where its Lease and its Node differ.',
  connections:
    'What the socket table says of each port, and beside it the last handshake of each probe and what each endpoint counts. Never add them up: they are the same connections, seen from three sides.',
  policies:
    'Every policy of the configuration, what it applies to, and which leases it expects. One that matches nothing a minute after everything was listed has `nearMisses`.',
};

const introduction = `# The API

Written by \`npm run generate\`: the examples are what the judge answers at the end of a story of ninety seconds. Do not edit.

Everything is answered from memory, to GET and HEAD, as JSON. Who may ask is told in [security](security.md). Absent values are \`null\`, durations are seconds, and a time is told twice, for people and in Unix seconds. Text that comes from the cluster is made harmless and cut. Before 1.0.0 a key may still be renamed, and then the [changelog](../CHANGELOG.md) says so; keys may be added at any time.

\`\`\`sh
curl -s localhost:9465/api/leases
\`\`\`

| path | answers |
| --- | --- |
| \`/metrics\` | [what a scrape tells](scraping.md), in text or OpenMetrics |
| \`/healthz\` | 200 as long as the process answers |
| \`/readyz\` | 200 when every source was read once, else 503 and which one was not, and why |
| \`/api/…\` | as below |
`;
