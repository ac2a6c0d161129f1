import { type Channel, exchange } from '../../exporter/kube/exchange.ts';
import { member as fieldOf, itemsOf } from '../../exporter/kube/json.ts';
import { Candidacy } from '../../simulator/actors/candidacy.ts';
import { ElectionController } from '../../simulator/actors/election-controller.ts';
import {
  candidateClient,
  candidatePath,
  parseLeaseCandidate,
  type ServedVersion,
} from '../../simulator/actors/lease-candidate.ts';
import { between } from '../../simulator/random.ts';
import { handOn, type Parts } from './cast.ts';
import { signed } from './machine.ts';
import { type Beside, type Companion, Member, type MemberOptions } from './member.ts';
import { controllerSetting, coordinatedSettings, type Setting } from './settings.ts';
import { type Coordination, controllerWriter, handWriter, type Team } from './team.ts';

/** Coordinated elections live where the control plane has them. */
const namespace = 'kube-system';
const usualMinor = 35;
const binaryVersion = `1.${usualMinor}.0`;
const requestMs = 10_000;
/** The machines of a control plane agree on the time: who lags behind answers each ping again and again, until then. */
const skewMs = { least: -1500, most: 3000 };

/**
 * The API servers, of which one runs the controller, and the elections that it decides. They have a random stream
 * of their own: other elections of the cluster are what they would be without them.
 */
export function coordinatedTeams(parts: Parts, served: ServedVersion, first: number, count: number): Team[] {
  const controllers = controllersOf(parts, served);
  const teams = Array.from({ length: count }, (_, index) => {
    const setting =
      coordinatedSettings[(first + index) % coordinatedSettings.length] ?? coordinatedSettings[0];
    return teamOf(parts, served, controllers, setting, index);
  });
  return [controllers, ...teams];
}

function controllersOf(parts: Parts, served: ServedVersion): Team {
  const { clock, random, transport } = parts;
  const lease = 'leader-election-controller';
  const beside = (): Companion => {
    const controller = new ElectionController({
      ...{ transport: signed(transport, controllerWriter), clock, random, namespace, served },
    });
    return {
      start() {},
      lead: () => controller.start(),
      hang: () => controller.hang(),
      resume: () => controller.resume(),
      end: () => controller.end(),
    };
  };
  const pods = Array.from({ length: controllerSetting.replicas }, (_, index) => `kube-apiserver-${index}`);
  const members = pods.map(
    (pod, index) => new Member({ ...optionsOf(parts, controllerSetting, lease, pod, index), beside }),
  );
  return { namespace, lease, setting: controllerSetting, members, hand: handOn(parts, lease, namespace) };
}

/** What the process of a member emulates, and what the next one shall once. */
interface Emulation {
  minor: number;
  next: number | undefined;
}

function teamOf(
  parts: Parts,
  served: ServedVersion,
  controllers: Team,
  setting: Setting,
  index: number,
): Team {
  const lease = `coordinated-${index}`;
  const emulations = new Map<Member, Emulation>();
  for (let replica = 0; replica < setting.replicas; replica++) {
    const options = optionsOf(parts, setting, lease, `${lease}-${replica}`, index + replica);
    const emulation: Emulation = { minor: usualMinor, next: undefined };
    const beside = candidacyOf(parts, served, options, emulation);
    emulations.set(new Member({ ...options, beside }), emulation);
  }
  const coordination: Coordination = {
    controllers,
    removeCandidates: () => removeCandidates(parts, served, lease),
    emulated: (member) => emulations.get(member)?.minor ?? usualMinor,
    emulateNext(member, minor) {
      const emulation = emulations.get(member);
      if (emulation !== undefined) emulation.next = minor;
    },
  };
  const members = [...emulations.keys()];
  return { namespace, lease, setting, members, hand: handOn(parts, lease, namespace), coordination };
}

function candidacyOf(
  { clock, random }: Parts,
  served: ServedVersion,
  { lease, clockSkewMs }: MemberOptions,
  emulation: Emulation,
): Beside {
  return (transport, identity) => {
    emulation.minor = emulation.next ?? usualMinor;
    emulation.next = undefined;
    const emulationVersion = `1.${emulation.minor}.0`;
    const common = { transport, clock, random, namespace, lease, identity, served, clockSkewMs };
    return new Candidacy({ ...common, binaryVersion, emulationVersion });
  };
}

function optionsOf(parts: Parts, setting: Setting, lease: string, pod: string, index: number): MemberOptions {
  const { clock, random, ledger, machines } = parts;
  const machine = machines[index % machines.length];
  if (machine === undefined) throw new Error('accuracy: a cluster without machines');
  const clockSkewMs = random() < 0.6 ? 0 : between(random, skewMs.least, skewMs.most);
  return { clock, random, ledger, machine, namespace, lease, pod, setting, clockSkewMs };
}

async function removeCandidates(
  { clock, transport }: Parts,
  served: ServedVersion,
  lease: string,
): Promise<void> {
  const channel: Channel = { transport: signed(transport, handWriter), clock, timeoutMs: requestMs };
  const signal = new AbortController().signal;
  const listed = await exchange(channel, 'GET', candidatePath(served, namespace), signal);
  const items = listed.kind === 'answered' ? itemsOf(fieldOf(listed.body, 'items')) : [];
  const client = candidateClient(channel, served);
  for (const candidate of items.map(parseLeaseCandidate))
    if (candidate?.spec.leaseName === lease) await client.remove(namespace, candidate.metadata.name, signal);
}
