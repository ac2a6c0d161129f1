import { states } from '../../exporter/model/fixture.ts';
import type {
  DescriptorsTold,
  PlaceCensus,
  PortCensus,
  SocketsObservation,
} from '../../exporter/model/observation.ts';

/**
 * `sockets NS/POD PORT=NUMBERS …` as a census of one place; without a name that of our own. NUMBERS are
 * ESTABLISHED/UNACCEPTED/CLOSING, and whatever follows after a comma: `12/0/1,ghosts:3,lived:60*5`.
 * `counters=ACCEPTS/RESETS/TIMEOUTS/OVERFLOWS` is the whole namespace, `fds=CONTAINER:OPEN/MOST` a process,
 * `nofds=CONTAINER:REASON` one of which that is not known;
 * `node=` the node of the Pods; `workload=NAME` what made the Pod, and `beside=POD:PORT:ESTABLISHED,…` others
 * that it made;
 * with `unread=REASON` the Pod could not be counted, and the words say why.
 */
export function censusOf(
  words: readonly string[],
  fields: ReadonlyMap<string, string>,
): Pick<SocketsObservation, 'node' | 'places' | 'unread'> {
  const reason = fields.get('unread');
  const node = fields.get('node');
  const where = node === undefined ? {} : { node };
  if (reason === undefined) return { ...where, places: placesOf(words, fields), unread: [] };
  const [namespace = '', pod = ''] = (words[0] ?? '').split('/');
  const [known = 'unreadable'] = (['bad_annotation', 'gone', 'denied'] as const).filter(
    (each) => each === reason,
  );
  return { places: [], unread: [{ namespace, pod, reason: known, why: words.slice(1).join(' ') }] };
}

function placesOf(words: readonly string[], fields: ReadonlyMap<string, string>): PlaceCensus[] {
  const [namespace = '', pod = ''] = (words[0] ?? '').split('/');
  const ports = [...fields].filter(([name]) => /^\d+$/.test(name));
  const counters = fields.get('counters')?.split('/').map(Number);
  const workload = fields.get('workload');
  const made = workload === undefined ? {} : { workload };
  const place = {
    ...{ namespace, pod, ...made },
    ports: ports.map(portOf),
    descriptors: descriptorsOf(fields),
  };
  const others = fields.get('beside')?.split(',').map(siblingOf) ?? [];
  const siblings = others.map((other) => ({ namespace, ...made, ...other }));
  if (counters === undefined) return [place, ...siblings];
  const [accepts = 0, resets = 0, timeouts = 0, listenOverflows = 0] = counters;
  return [{ ...place, counters: { accepts, resets, timeouts, listenOverflows } }, ...siblings];
}

function descriptorsOf(fields: ReadonlyMap<string, string>): readonly DescriptorsTold[] {
  const [container = '', numbers = ''] = fields.get('fds')?.split(':') ?? [];
  const [open = 0, most = 0] = numbers.split('/').map(Number);
  const [other = '', reason] = fields.get('nofds')?.split(':') ?? [];
  const [unread] = (['not_visible', 'not_told', 'no_limit', 'denied'] as const).filter(
    (each) => each === reason,
  );
  return [
    ...(fields.has('fds') ? [{ container, open, most }] : []),
    ...(unread === undefined ? [] : [{ container: other, unread }]),
  ];
}

function siblingOf(text: string): Pick<PlaceCensus, 'pod' | 'ports'> {
  const [pod = '', port = '', established = ''] = text.split(':');
  return { pod, ports: [portOf([port, established])] };
}

function portOf([port, text]: readonly [string, string]): PortCensus {
  const [counts = '', ...others] = text.split(',');
  const [established = 0, unaccepted = 0, closing = 0] = counts.split('/').map(Number);
  const number = (name: string) => Number(textOf(others, name) ?? 0);
  const ended = others.filter((each) => each.startsWith('lived:')).map(lifetimeOf);
  const age = textOf(others, 'age');
  return {
    ...{ port: Number(port), listening: true, established, unaccepted, closing },
    origin: textOf(others, 'origin') === 'found' ? 'found' : 'configured',
    near: number('near'),
    ...{ ghosts: number('ghosts'), stalled: number('stalled'), deadStalled: number('dead') },
    acceptQueue: unaccepted,
    states: states({
      ...{ established: established + unaccepted, close_wait: closing, listen: 1 },
      time_wait: number('over'),
    }),
    ...{ sendQueueBytes: number('queued'), longestSendQueueBytes: number('longest') },
    ages:
      age === undefined ? undefined : { min: 0, p50: Number(age) / 2, p90: Number(age), max: Number(age) },
    closed: ended.reduce((sum, [, count]) => sum + count, 0) + number('closed'),
    ended,
  };
}

function textOf(others: readonly string[], name: string): string | undefined {
  return others.find((each) => each.startsWith(`${name}:`))?.slice(name.length + 1);
}

function lifetimeOf(text: string): readonly [number, number] {
  const [seconds = 0, count = 1] = text.slice('lived:'.length).split('*').map(Number);
  return [seconds, count];
}
