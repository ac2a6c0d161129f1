import { sleep } from '../../exporter/clock.ts';
import { between } from '../../simulator/random.ts';
import type { Parts } from './cast.ts';
import type { History } from './history.ts';
import { type Scene, type Storm, storms } from './storms.ts';
import { keyOf, leaderOf, type Team } from './team.ts';
import { type Sky, type Weather, weathers } from './weather.ts';

const lookMs = 1000;
const shortestQuietMs = 1000;

/** Strikes one team with one storm after the other, each when the election has come to rest. */
export async function direct(team: Team, parts: Parts, history: History, stop: AbortSignal): Promise<void> {
  const { clock, random, ledger, machines } = parts;
  const key = keyOf(team);
  const possible = storms.filter((storm) => storm.fits?.(team) ?? true);
  while (!stop.aborted) {
    const leader = leaderOf(team);
    if (leader === undefined) {
      await sleep(clock, lookMs, stop);
      continue;
    }
    await sleep(clock, shortestQuietMs + random() * 3000 * team.setting.times.retryPeriodSeconds, stop);
    if (stop.aborted || !leader.well) continue;
    const storm = draw(random, possible);
    ledger.record('struck', storm.name, key);
    const lastWrite = () => history.get(key)?.at(-1)?.at ?? 0;
    const scene: Scene = { team, leader, clock, random, machines, stop, lastWrite };
    await storm.strike(scene);
  }
}

/** Lets the weather change now and then, one thing at a time. */
export async function weatherOver(sky: Sky, meanMs: number): Promise<void> {
  const { clock, random, ledger, stop } = sky;
  let deck: Weather[] = [];
  while (!stop.aborted) {
    await sleep(clock, between(random, 0.3, 1.7) * meanMs, stop);
    if (stop.aborted) return;
    if (deck.length === 0) deck = newDeck();
    const [weather] = deck.splice(Math.floor(random() * deck.length), 1);
    if (weather === undefined) throw new Error('accuracy: drew from nothing');
    ledger.record('struck', weather.name);
    await weather.strike(sky);
    ledger.record('cleared', weather.name);
  }
}

/** Dealt like cards: the rare ones come as surely as the others. */
function newDeck(): Weather[] {
  return weathers.flatMap((weather) => Array.from({ length: Math.round(2 * weather.weight) }, () => weather));
}

function draw(random: () => number, items: readonly Storm[]): Storm {
  let left = random() * items.reduce((sum, { weight }) => sum + weight, 0);
  for (const item of items) {
    left -= item.weight;
    if (left < 0) return item;
  }
  throw new Error('accuracy: drew from nothing');
}
