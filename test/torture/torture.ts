import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openReader } from '../../exporter/delivery/outbox-reader.ts';
import { between, pick, seededRandom } from '../../simulator/random.ts';
import { SmallDisk } from '../small-disk.ts';
import { bundleLife } from './bundle.ts';
import { flipByte, tearTail } from './damage.ts';
import { LedgerReceiver } from './ledger-receiver.ts';
import { drainingLife, type Fate, killedLife, type Life, type Place } from './life.ts';
import type { Options } from './options.ts';
import { numberIn } from './records.ts';
import { type Summary, summarise } from './summary.ts';

const numbersOfALife = 1_000_000;
const diskMebibytes = 48;
const hourMs = 3_600_000;
/** How much trouble there is, as shares of all kills. */
const flips = 0.3;
const tears = 0.3;
const killsAtStart = 0.1;
const jumps = 0.3;
const fullDisks = 0.2;

/** Lets lives of leasewatch's delivery end by SIGKILL, one after another, and then asks what became of every record. */
export async function torture(options: Options): Promise<Summary> {
  const disk = SmallDisk.mount(diskMebibytes);
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-torture-'));
  const receiver = new LedgerReceiver(seededRandom(options.seed + 1));
  const url = await receiver.start();
  try {
    const script = await bundleLife(folder);
    const path = join(disk?.folder ?? folder, 'outbox.db');
    return await run(options, { script, path, url }, receiver, disk);
  } finally {
    await receiver.stop();
    disk?.unmount();
    rmSync(folder, { recursive: true });
  }
}

/** Without a disk that may be mounted, none fills up. */
async function run(
  { seed, kills }: Options,
  place: Place,
  receiver: LedgerReceiver,
  disk: SmallDisk | undefined,
): Promise<Summary> {
  const random = seededRandom(seed);
  const lives: Life[] = [];
  const damaged = new Set<number>();
  const count = { fullDisks: 0, clockJumps: 0 };
  for (let life = 0; life < kills; life++) {
    const jumpMs = random() < jumps ? pick(random, [-hourMs, hourMs]) : 0;
    if (jumpMs !== 0) count.clockJumps += 1;
    const { opened, killAfter, full } = fateOfDisk(disk, random);
    if (full) count.fullDisks += 1;
    const first = life * numbersOfALife;
    lives.push(await killedLife({ ...place, first, jumpMs, killAfter, opened }));
    disk?.free();
    harm(place.path, random, damaged);
  }
  receiver.behaves = true;
  lives.push(await drainingLife(place));
  return summarise({ lives, ledger: receiver.ledger, damaged, dead: deadIn(place.path), kills, ...count });
}

/** When a life is killed, and whether its disk is full before, or fills up when it has begun. */
function fateOfDisk(
  disk: SmallDisk | undefined,
  random: () => number,
): Pick<Fate, 'opened' | 'killAfter'> & { readonly full: boolean } {
  const atStart = random() < killsAtStart;
  const full = random() < fullDisks;
  const ms = atStart ? between(random, 20, 300) : between(random, 0, 700);
  const killAfter = { what: atStart ? 'start' : 'opening', ms } as const;
  if (disk === undefined || !full) return { opened: () => {}, killAfter, full: false };
  if (atStart) disk.fill();
  return { opened: () => disk.fill(), killAfter, full };
}

function harm(path: string, random: () => number, damaged: Set<number>): void {
  if (random() < tears) tearTail(path, random);
  if (random() >= flips) return;
  const number = flipByte(path, random);
  if (number !== undefined) damaged.add(number);
}

/** Numbers of the dead letters, as `leasewatch outbox ls --dead` finds them. */
function deadIn(path: string): ReadonlySet<number> {
  const opened = openReader(path);
  if (opened.kind === 'refused') throw new Error(opened.why);
  const { pages } = opened;
  const letters = Array.from(pages.records('dead_letters'), ({ body }) =>
    numberIn(Buffer.from(body ?? []).toString()),
  );
  pages.close();
  return new Set(letters);
}
