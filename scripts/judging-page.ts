import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Edges, leaseEdges, nodeEdges, roundEdges } from '../exporter/model/edges.ts';

const path = join(import.meta.dirname, '..', 'docs', 'judging.md');

interface Drawing {
  readonly name: string;
  readonly start: string;
  readonly edges: Edges<string>;
}

const drawings: readonly Drawing[] = [
  { name: 'leases', start: 'unknown', edges: leaseEdges },
  { name: 'rounds', start: 'opened', edges: roundEdges },
  { name: 'nodes', start: 'unknown', edges: nodeEdges },
];

/** docs/judging.md: its text as it stands, its drawings from the edges. Throws when a drawing has no place. */
export function judgingPage(): string {
  return drawings.reduce(draw, readFileSync(path, 'utf8'));
}

function draw(page: string, { name, start, edges }: Drawing): string {
  const begin = `<!-- drawing: ${name} -->\n`;
  const from = page.indexOf(begin);
  const to = page.indexOf('<!-- end -->', from);
  if (from < 0 || to < 0) throw new Error(`docs/judging.md has no place for the drawing of ${name}`);
  return page.slice(0, from) + begin + mermaid(start, edges) + page.slice(to);
}

/** A picture of the ways, and a table of the reasons: written along the lines they would cover each other. */
function mermaid(start: string, edges: Edges<string>): string {
  const all = Object.entries(edges).flatMap(([from, next]) =>
    Object.entries(next).map(([to, why]) => ({ from, to, why })),
  );
  return [
    ...['```mermaid', 'stateDiagram-v2', `  [*] --> ${start}`],
    ...all.map(({ from, to }) => `  ${from} --> ${to}`),
    ...['```', '', '| from | to | when |', '| --- | --- | --- |'],
    ...all.map(({ from, to, why }) => `| ${from} | ${to} | ${why} |`),
    '',
  ].join('\n');
}
