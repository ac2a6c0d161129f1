import type { Result } from './compare.ts';
import type { Counted, Tally, Wrong } from './score.ts';

const columns: readonly (readonly [string, (result: Result) => boolean])[] = [
  ['rounds', (result) => result !== 'unseen'],
  ['found', (result) => result === 'found'],
  ['uncertain', (result) => result === 'uncertain'],
  ['unjustified', (result) => result === 'uncertain unjustified'],
  ['cause', (result) => result === 'wrong cause'],
  ['outcome', (result) => result === 'wrong outcome'],
  ['missed', (result) => result === 'missed'],
  ['unseen', (result) => result === 'unseen'],
];

/** Rounds by what struck the election last, and once more by the weather over the cluster. */
export function table(tally: Tally): string {
  const { counted } = tally;
  return [
    ...section('after the storm', counted, ({ storm }) => storm),
    '',
    ...section('in or after the weather', counted, ({ weather }) => weather),
    '',
    ...section('by the kind of election', counted, ({ kind }) => kind),
    '',
    ...section('in all', counted, () => 'all'),
    '',
    ...beside(tally),
    '',
    row('what the judge had to stand', ['times']),
    ...[...tally.coverage].map(([name, times]) => row(name, [cell(times)])),
  ].join('\n');
}

/** What is judged beside the rounds. */
function beside({ outages, absences, overlaps, standing, wrongs }: Tally): string[] {
  const wrong = (what: Wrong['what']) => wrongs.filter((each) => each.what === what).length;
  const line = (name: string, { found, missed }: { found: number; missed: number }, what: Wrong['what']) =>
    row(name, [found + missed, found, missed, wrong(what)].map(cell));
  return [
    row('beside the rounds', ['true', 'found', 'missed', 'spurious']),
    line('overlaps', overlaps, 'overlap spurious'),
    line('outages of nodes', outages, 'outage spurious'),
    line('absences of what is expected', absences, 'absence spurious'),
    line('numbers of candidates', { found: standing.right, missed: 0 }, 'candidates'),
  ];
}

function section(title: string, counted: readonly Counted[], nameOf: (one: Counted) => string): string[] {
  const groups = Map.groupBy(counted, nameOf);
  const head = row(
    title,
    columns.map(([name]) => name),
  );
  const rows = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, group]) => row(name, numbers(group)));
  return [head, ...rows];
}

function numbers(group: readonly Counted[]): string[] {
  return columns.map(([, holds]) => {
    const number = group.filter(({ result }) => holds(result)).length;
    return cell(number);
  });
}

function cell(number: number): string {
  return number === 0 ? '·' : String(number);
}

const nameWidth = 54;

function row(name: string, cells: readonly string[]): string {
  return name.padEnd(nameWidth) + cells.map((cell) => cell.padStart(12)).join('');
}

const mostListed = 200;

/** What went wrong, one line each, with the number by which `--explain` tells its story. */
export function listWrongs(wrongs: readonly Wrong[]): string {
  const lines = wrongs
    .slice(0, mostListed)
    .map(({ what, why, at, report, chronicle, storm, weather }, index) => {
      const where = `arena ${chronicle.seed}, ${report.lease} at ${(at / 1000).toFixed(1)} s`;
      return `${String(index + 1).padStart(4)}  ${what}: ${where}, after ${storm}, ${weather}: ${why}`;
    });
  const more = wrongs.length - lines.length;
  return [...lines, ...(more > 0 ? [`      and ${more} more`] : [])].join('\n');
}
