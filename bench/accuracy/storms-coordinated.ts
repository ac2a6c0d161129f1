import { sleep } from '../../exporter/clock.ts';
import { between, pick } from '../../simulator/random.ts';
import type { Scene, Storm } from './storms.ts';
import { type Coordination, leaderOf, othersOf, type Team } from './team.ts';

/** What happens to coordinated elections alone. */
export const coordinatedStorms: readonly Storm[] = [
  { name: 'older version joins', weight: 6, fits: isShared, strike: joinOlder },
  { name: 'older version joins and goes', weight: 2, fits: isShared, strike: joinAndGo },
  { name: 'older version joins a dying leader', weight: 2, fits: isShared, strike: joinDying },
  { name: 'candidates deleted', weight: 2, fits: isCoordinated, strike: deleteCandidates },
  { name: 'controller lost', weight: 2, fits: isCoordinated, strike: loseController },
];

function isCoordinated({ coordination }: Team): boolean {
  return coordination !== undefined;
}
function isShared(team: Team): boolean {
  return isCoordinated(team) && team.members.length > 1;
}

function wait({ clock, stop }: Scene, ms: number): Promise<void> {
  return sleep(clock, Math.max(0, ms), stop);
}

/** Another member comes back that emulates an older version than the leader: the controller prefers it. */
function joins(scene: Scene, coordination: Coordination, soonest = 500, latest = 3000) {
  const { team, leader, random } = scene;
  const other = pick(random, othersOf(team, leader));
  coordination.emulateNext(other, Math.max(1, coordination.emulated(leader) - 1));
  other.crash(between(random, soonest, latest));
  return other;
}

async function joinOlder(scene: Scene): Promise<void> {
  const { coordination, setting } = scene.team;
  if (coordination === undefined) return;
  joins(scene, coordination);
  await wait(scene, between(scene.random, 0.2, 3) * Math.min(setting.times.durationSeconds * 1000, 60_000));
}

/** Whom the leader steps down for is gone when its time has come. */
async function joinAndGo(scene: Scene): Promise<void> {
  const { coordination, setting } = scene.team;
  if (coordination === undefined) return;
  const other = joins(scene, coordination, 200, 1000);
  await wait(scene, between(scene.random, 0.3, 2) * setting.times.durationSeconds * 1000);
  if (scene.random() < 0.5) other.hang();
  else other.crash(between(scene.random, 1000, 30_000));
  await wait(scene, between(scene.random, 0.3, 2) * Math.min(setting.times.durationSeconds * 1000, 60_000));
  other.wake();
}

async function joinDying(scene: Scene): Promise<void> {
  const { coordination, setting } = scene.team;
  if (coordination === undefined) return;
  joins(scene, coordination, 200, 2000);
  await wait(scene, between(scene.random, 0, 1.2) * setting.times.durationSeconds * 1000);
  scene.leader.crash(between(scene.random, 1000, 30_000));
}

/** Nobody can be named until a candidate has made its object again, which takes minutes or a restart. */
async function deleteCandidates(scene: Scene): Promise<void> {
  const { team, leader, random } = scene;
  await team.coordination?.removeCandidates();
  await wait(scene, between(random, 0, 20_000));
  if (random() < 0.5) leader.crash(between(random, 1000, 60_000));
}

/** The API server that runs the controller is restarted, and the other one takes over when its time is up. */
async function loseController(scene: Scene): Promise<void> {
  const { team, leader, random } = scene;
  const { controllers } = team.coordination ?? {};
  if (controllers === undefined) return;
  const running = leaderOf(controllers);
  if (random() < 0.5) running?.crash(between(random, 2000, 60_000));
  else running?.roll(between(random, 2000, 60_000));
  await wait(scene, between(random, 0, 10_000));
  if (random() < 0.6) leader.crash(between(random, 1000, 30_000));
}
