import { type Clock, sleep } from '../../exporter/clock.ts';
import { between, pick } from '../../simulator/random.ts';
import type { Machine } from './machine.ts';
import type { Member } from './member.ts';
import { coordinatedStorms } from './storms-coordinated.ts';
import { othersOf, type Team } from './team.ts';

/** Where a storm strikes: one election that has a leader who runs and is connected. */
export interface Scene {
  readonly team: Team;
  readonly leader: Member;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly machines: readonly Machine[];
  readonly stop: AbortSignal;
  /** When the last write of this lease was committed; monotonic ms. */
  lastWrite(): number;
}

export interface Storm {
  readonly name: string;
  readonly weight: number;
  /** Whether it makes sense for a team; everywhere when left out. */
  readonly fits?: (team: Team) => boolean;
  /** Resolves when it has done its work; what it broke is mended then, or mends by itself. */
  readonly strike: (scene: Scene) => Promise<void>;
}

/** Everything that may happen to one election, as it was seen in the field. */
export const storms: readonly Storm[] = [
  { name: 'crash', weight: 6, strike: crash },
  { name: 'hang and wake', weight: 3, strike: hangAndWake },
  { name: 'told to stop', weight: 8, strike: tellToStop },
  { name: 'release after failed renewals', weight: 2, fits: releases, strike: failThenRelease },
  { name: 'ex-leader blanks successor', weight: 2, fits: releasesAmongMany, strike: blankSuccessor },
  { name: 'partition', weight: 2, strike: partition },
  { name: 'delete', weight: 2, strike: deleteLease },
  { name: 'delete from a hung holder', weight: 2, strike: deleteFromHung },
  { name: 'delete and leave', weight: 0.3, fits: isShort, strike: deleteAndLeave },
  { name: 'steal', weight: 2, fits: hasMany, strike: steal },
  { name: 'steal near the limit', weight: 1, fits: hasMany, strike: stealNearLimit },
  { name: 'hand edit of the holder', weight: 1, fits: hasMany, strike: editHolder },
  { name: 'hand edit to nobody', weight: 1, strike: editToNobody },
  { name: 'hand blank', weight: 1, strike: blankByHand },
  { name: 'hand edit of a label', weight: 1, strike: editLabel },
  { name: 'hand edit of the duration', weight: 0.5, fits: isShort, strike: editDuration },
  { name: 'rolling upgrade', weight: 2, strike: upgrade },
  { name: 'scaled to zero and back', weight: 1, strike: scaleToZero },
  { name: 'renewal just inside the limit', weight: 1, strike: (scene) => renewNearLimit(scene, -1) },
  { name: 'renewal just outside the limit', weight: 1, strike: (scene) => renewNearLimit(scene, 1) },
  { name: 'successor lost at once', weight: 2, fits: hasMany, strike: loseSuccessor },
  ...coordinatedStorms,
];

function releases({ setting }: Team): boolean {
  return setting.releases;
}
function hasMany({ members }: Team): boolean {
  return members.length > 1;
}
function releasesAmongMany(team: Team): boolean {
  return releases(team) && hasMany(team);
}
function isShort({ setting }: Team): boolean {
  return setting.times.durationSeconds <= 60;
}

function wait({ clock, stop }: Scene, ms: number): Promise<void> {
  return sleep(clock, Math.max(0, ms), stop);
}
function durationMs({ team }: Scene): number {
  return team.setting.times.durationSeconds * 1000;
}
function retryMs({ team }: Scene): number {
  return team.setting.times.retryPeriodSeconds * 1000;
}
function deadlineMs({ team }: Scene): number {
  return team.setting.times.renewDeadlineSeconds * 1000;
}

/** Resolves when `holds` does, looked at every 200 ms, or after `ms`. */
async function until(scene: Scene, holds: () => boolean, ms: number): Promise<void> {
  const end = scene.clock.now().mono + ms;
  while (!holds() && scene.clock.now().mono < end && !scene.stop.aborted) await wait(scene, 200);
}

/** Just after a renewal: what is timed from there is timed exactly. */
async function untilRenewed(scene: Scene): Promise<void> {
  const before = scene.lastWrite();
  const end = scene.clock.now().mono + 2 * retryMs(scene);
  const renewed = () => scene.lastWrite() !== before || scene.clock.now().mono >= end;
  while (!renewed() && !scene.stop.aborted) await wait(scene, 50);
}

/** The other replicas do not run for a while, so that the holder alone decides. */
async function withoutOthers(scene: Scene, act: () => Promise<void>): Promise<void> {
  const others = othersOf(scene.team, scene.leader).filter((member) => !member.hung);
  for (const other of others) other.hang();
  await act();
  for (const other of others) other.wake();
}

async function crash({ leader, random, team }: Scene): Promise<void> {
  const longest = 2 * team.setting.times.durationSeconds * 1000;
  leader.crash(
    random() < 0.5 ? between(random, 200, 4000) : between(random, 4000, Math.min(longest, 120_000)),
  );
}

async function hangAndWake(scene: Scene): Promise<void> {
  scene.leader.hang();
  await wait(scene, between(scene.random, 0.3, 2.2) * durationMs(scene));
  scene.leader.wake();
}

async function tellToStop({ leader, random }: Scene): Promise<void> {
  leader.roll(between(random, 500, 20_000));
}

/** Connected again just before the last try, which is the release. */
async function failThenRelease(scene: Scene): Promise<void> {
  const { leader } = scene;
  await untilRenewed(scene);
  leader.cut();
  const givesUp = scene.lastWrite() + retryMs(scene) + deadlineMs(scene);
  await wait(scene, givesUp - scene.clock.now().mono - between(scene.random, 0.02, 0.4) * deadlineMs(scene));
  leader.mend();
}

/** Cut off, then stopped in the middle of a try; when it goes on it learns nothing before it gives up. */
async function blankSuccessor(scene: Scene): Promise<void> {
  const { leader, team, random } = scene;
  await untilRenewed(scene);
  leader.cut();
  await wait(scene, retryMs(scene) + 500);
  leader.hang();
  const successor = () => team.members.some((member) => member !== leader && member.leading);
  await until(scene, successor, 3 * durationMs(scene));
  await wait(scene, between(random, 0, 1.2) * retryMs(scene));
  leader.mend();
  leader.wake();
}

async function partition(scene: Scene): Promise<void> {
  scene.leader.cut();
  await wait(scene, between(scene.random, 0.3, 2.5) * durationMs(scene));
  scene.leader.mend();
}

async function deleteLease({ team }: Scene): Promise<void> {
  await team.hand.remove();
}

async function deleteFromHung(scene: Scene): Promise<void> {
  const { leader, team, random } = scene;
  leader.hang();
  await wait(scene, between(random, 0, 0.5) * durationMs(scene));
  await team.hand.remove();
  await wait(scene, between(random, 0.2, 1.5) * durationMs(scene));
  leader.wake();
}

/** Nobody comes back for longer than a deleted lease is waited for. */
async function deleteAndLeave(scene: Scene): Promise<void> {
  const { team, random } = scene;
  const awayMs = between(random, 500_000, 800_000);
  for (const member of team.members) member.crash(awayMs);
  await wait(scene, between(random, 0, 0.8) * durationMs(scene));
  await team.hand.remove();
  await wait(scene, awayMs);
}

async function steal({ team, leader, random }: Scene): Promise<void> {
  await pick(random, othersOf(team, leader)).steal();
}

async function stealNearLimit(scene: Scene): Promise<void> {
  await untilRenewed(scene);
  scene.leader.hang();
  await withoutOthers(scene, async () => {
    const up = scene.lastWrite() + durationMs(scene);
    await wait(scene, up + between(scene.random, -4000, 4000) - scene.clock.now().mono);
    await steal(scene);
  });
  await wait(scene, between(scene.random, 0, 1) * durationMs(scene));
  scene.leader.wake();
}

async function editHolder({ team, leader, random }: Scene): Promise<void> {
  const holderIdentity = pick(random, othersOf(team, leader)).identity;
  await team.hand.edit(({ metadata, spec }) => ({ metadata, spec: { ...spec, holderIdentity } }), 'edited');
}

async function editToNobody({ team }: Scene): Promise<void> {
  const holderIdentity = 'nobody-of-this-name';
  await team.hand.edit(({ metadata, spec }) => ({ metadata, spec: { ...spec, holderIdentity } }), 'edited');
}

async function blankByHand({ team }: Scene): Promise<void> {
  await team.hand.edit(
    ({ metadata, spec }) => ({ metadata, spec: { ...spec, holderIdentity: '' } }),
    'edited',
  );
}

/** In the middle of a silence, where it must not be taken for a sign of life. */
async function editLabel(scene: Scene): Promise<void> {
  const { leader, team, random } = scene;
  leader.crash(between(random, 1, 2) * Math.min(durationMs(scene), 60_000));
  await wait(scene, between(random, 0.1, 1.3) * durationMs(scene));
  await team.hand.edit(({ metadata, spec }) => {
    const labels = { ...metadata.labels, seen: String(Math.round(scene.clock.now().mono)) };
    return { metadata: { ...metadata, labels }, spec };
  }, 'edited');
}

async function editDuration(scene: Scene): Promise<void> {
  const { team, random, leader } = scene;
  const leaseDurationSeconds = Math.round(team.setting.times.durationSeconds * between(random, 0.6, 3));
  leader.crash(between(random, 1000, 30_000));
  await wait(scene, between(random, 0, 0.8) * durationMs(scene));
  await team.hand.edit(
    ({ metadata, spec }) => ({ metadata, spec: { ...spec, leaseDurationSeconds } }),
    'edited',
  );
}

async function upgrade(scene: Scene): Promise<void> {
  const { team, random } = scene;
  for (const member of team.members) {
    member.roll(between(random, 1000, 5000));
    await wait(scene, between(random, 2000, 8000));
  }
}

async function scaleToZero(scene: Scene): Promise<void> {
  const { team, random } = scene;
  for (const member of team.members) member.roll(3_600_000);
  await wait(scene, between(random, 0.3, 4) * Math.min(durationMs(scene), 150_000));
  for (const member of team.members) member.comeBack();
}

async function renewNearLimit(scene: Scene, side: number): Promise<void> {
  const { leader, random } = scene;
  await untilRenewed(scene);
  leader.hang();
  await withoutOthers(scene, async () => {
    const up = scene.lastWrite() + durationMs(scene);
    const distanceMs = random() < 0.5 ? between(random, 5, 500) : between(random, 500, 4000);
    await wait(scene, up + side * distanceMs - scene.clock.now().mono);
    leader.wake();
    await wait(scene, 10);
  });
}

/** The next holder goes before it has renewed once, in one way or the other. */
async function loseSuccessor(scene: Scene): Promise<void> {
  const { leader, team, random } = scene;
  if (team.setting.releases) leader.roll(between(random, 5000, 30_000));
  else leader.crash(between(random, 5000, 30_000));
  const successor = () => team.members.find((member) => member !== leader && member.leading);
  await until(scene, () => successor() !== undefined, 3 * durationMs(scene));
  const next = successor();
  const how = pick(random, ['crash', 'hang', 'stop'] as const);
  if (how === 'crash') next?.crash(between(random, 1000, 30_000));
  else if (how === 'stop') next?.roll(between(random, 1000, 10_000));
  else {
    next?.hang();
    await wait(scene, between(random, 0.5, 2) * durationMs(scene));
    next?.wake();
  }
}
