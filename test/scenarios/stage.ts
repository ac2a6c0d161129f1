import { setImmediate } from 'node:timers/promises';
import { prefix } from '../../exporter/catalogue.ts';
import type { Moment } from '../../exporter/clock.ts';
import type { OutboxRecord, Route, RouteStats } from '../../exporter/delivery/outbox.ts';
import type { ReceiverStats } from '../../exporter/delivery/receiver-stats.ts';
import type { Event } from '../../exporter/model/event.ts';
import { Model } from '../../exporter/model/model.ts';
import type { Ask, LeaseRecord, Observation, Question } from '../../exporter/model/observation.ts';
import { labelKeysOf, type Policy } from '../../exporter/model/policy.ts';
import { createLogs } from '../../exporter/signals/logs.ts';
import { LokiOutboxTransport } from '../../exporter/signals/loki-format.ts';
import { createMetrics, type Metrics } from '../../exporter/signals/metrics.ts';
import { createTraces } from '../../exporter/signals/traces.ts';
import type { DoorStats } from '../../exporter/web/door-stats.ts';
import { Cluster, received, type Write } from './cluster.ts';
import { countsTold } from './counts.ts';
import { Disk } from './disk.ts';
import { Pods } from './pods.ts';
import { policiesOf } from './policies.ts';
import { probeTold } from './probe.ts';
import { type Command, parseScript } from './script.ts';
import { censusOf } from './sockets.ts';
import { eventLine, findLine, readLog, readSpan, samplesMatching } from './transcript.ts';

/** Wall time of second 0: Unix microseconds. Monotonic time starts elsewhere, since its zero means nothing. */
const epoch = Date.parse('2026-01-01T00:00:00Z') * 1000;
const monoStart = 5_000_000;
/** From a question of the model to its answer (ms). */
const answerDelay = 100;

const sourceOf = { lease: 'leases', node: 'nodes', candidate: 'candidates' } as const;

export interface Played {
  readonly transcript: string;
  /** Names of metrics with a sample, spans and log events that this scenario produced. */
  readonly metrics: ReadonlySet<string>;
  readonly spans: ReadonlySet<string>;
  readonly logs: ReadonlySet<string>;
}

/** Plays a script and returns what came out. */
export async function play(script: string): Promise<Played> {
  const commands = parseScript(script);
  const holders = commands.some(({ verb }) => Pods.verbs.has(verb));
  const stage = new Stage(policiesOf(commands.filter(({ verb }) => verb === 'policy')), holders);
  for (const command of commands) await stage.perform(command);
  return stage.finish();
}

/** The judge and the signals under a hand that says the time; the cluster is what the script writes. */
class Stage {
  readonly #cluster = new Cluster();
  readonly #pods = new Pods();
  readonly #lines: string[] = [];
  readonly #told = new Set<string>();
  readonly #spans = new Set<string>();
  readonly #logs = new Set<string>();
  readonly #stats = new Map<Route, RouteStats>();
  readonly #receivers = new Map<Route, ReceiverStats>();
  #web: DoorStats | undefined;
  /** Sources that see, and what the others missed. */
  readonly #sighted = new Set<string>();
  readonly #missed = new Map<string, Write[]>();
  readonly #questions: { ask: Question; due: number; sentAt: Moment }[] = [];
  #unreadable: string | undefined;
  #ms = 0;
  #wallJump = 0;

  readonly #disk = new Disk();
  #saved = false;
  #machine = 'first';
  readonly #policies: readonly Policy[];
  readonly #holders: boolean;
  #model: Model;
  readonly #clock = { now: () => this.#now(), after: () => () => undefined };
  readonly #deliver = (record: OutboxRecord) => this.#delivered(record);
  readonly #traces = createTraces({
    deliver: this.#deliver,
    resource: { serviceName: 'leasewatch', cluster: 'test', site: '' },
  });
  readonly #logger = createLogs({
    push: new LokiOutboxTransport({ service_name: 'leasewatch', cluster: 'test', site: '' }, this.#deliver),
    ...{ console: 'off', level: 'info', clock: this.#clock },
  });
  #metrics: Metrics;

  constructor(policies: readonly Policy[], holders: boolean) {
    this.#policies = policies;
    this.#holders = holders;
    this.#model = this.#newModel();
    this.#metrics = this.#newMetrics();
  }

  async perform(command: Command): Promise<void> {
    await this.#passUntil(command.at * 1000);
    const write = this.#cluster.write(command, this.#now().wall);
    if (Pods.verbs.has(command.verb)) this.#pods.write(command, this.#now().wall);
    else if (write !== undefined) this.#show(write, sourceOf[write.kind]);
    else await this.#direct(command);
    await setImmediate();
  }

  async finish(): Promise<Played> {
    await this.#scrape();
    await this.#logger.close();
    await this.#traces.shutdown();
    const transcript = this.#lines.map((line) => `${line}\n`).join('');
    return { transcript, metrics: this.#told, spans: this.#spans, logs: this.#logs };
  }

  /** Shows the model the time whenever it asked for it, and answers its questions when they are due. */
  async #passUntil(end: number): Promise<void> {
    let looks = 0;
    for (;;) {
      const answer = this.#questions[0]?.due ?? Number.POSITIVE_INFINITY;
      const wanted = Math.max(this.#model.nextDeadline() - monoStart, this.#ms);
      const next = Math.min(answer, wanted);
      if (next > end) break;
      looks = next > this.#ms ? 0 : looks + 1;
      if (looks > 100) throw new Error(`scenario: at ${next / 1000} s the model asks for the time for ever`);
      this.#ms = next;
      this.#see(answer <= wanted ? this.#answer() : { kind: 'time', at: this.#now() });
      await setImmediate();
    }
    this.#ms = Math.max(this.#ms, end);
  }

  #answer(): Observation {
    const question = this.#questions.shift();
    if (question === undefined) throw new Error('scenario: no question to answer');
    const { ask, sentAt } = question;
    const common = { sentAt, at: this.#now() };
    const failed = this.#unreadable === undefined ? undefined : { failed: this.#unreadable };
    const leases = this.#cluster.leases;
    switch (ask.kind) {
      case 'read-lease': {
        const found = leases.get(`${ask.namespace}/${ask.name}`);
        const read = found === undefined ? ({ absent: true } as const) : { found: this.#received(found) };
        return { kind: 'answer', ask, ...common, result: failed ?? read };
      }
      case 'find-holder':
        return { kind: 'holder', ask, at: this.#now(), result: this.#pods.find(ask) };
      case 'read-revision':
        return { kind: 'revision', ask, ...common, result: failed ?? { revision: this.#cluster.revision } };
      case 'list-leases':
        return {
          kind: 'leases',
          ask,
          ...common,
          result: failed ?? { listed: [...leases.values()].map((lease) => this.#received(lease)) },
        };
    }
  }

  async #direct(command: Command): Promise<void> {
    const { verb, words, fields, text } = command;
    const [first = ''] = words;
    const at = this.#now();
    switch (verb) {
      case 'list':
        return this.#list(first);
      case 'blind':
      case 'sighted':
      case 'forbidden':
        return this.#sight(verb, first, words.slice(1).join(' '), fields.get('restart'));
      case 'late':
        this.#sighted.delete(first);
        return;
      case 'prompt':
        return this.#catchUp(first);
      case 'sockets':
        return this.#see({ kind: 'sockets', source: 'sockets', at, ...censusOf(words, fields) });
      case 'handshake':
      case 'pong':
      case 'closed':
      case 'session':
      case 'spread':
        return this.#see({
          ...probeTold(command, epoch),
          ...{ kind: 'probe', source: `probes/${first}`, at, target: first },
        });
      case 'counts':
        return this.#see(countsTold(command, at));
      case 'unreadable':
        this.#unreadable = text;
        return;
      case 'readable':
        this.#unreadable = undefined;
        return;
      case 'cluster':
        return this.#see({ kind: 'cluster', at, uid: first });
      case 'clock':
        this.#wallJump += Number(first) * 1e6;
        return;
      case 'bookmark':
        return this.#see({ kind: 'progress', source: first, at, resourceVersion: this.#cluster.revision });
      case 'checkpoint':
        return this.#save();
      case 'kill':
        return this.#kill();
      case 'start':
        return this.#start(fields);
      case 'outbox':
        return this.#outbox(first, fields);
      case 'receiver':
        return this.#receiver(first, fields);
      case 'web':
        return this.#serve(fields);
      case 'pushes':
      case 'stands-by':
        return this.#see({ kind: 'replica', at, pushes: verb === 'pushes', why: text });
      case 'metrics':
        return this.#scrape(text);
      case 'policy':
      case 'wait':
        return;
      default:
        throw new Error(`scenario: there is no command "${verb}"`);
    }
  }

  #save(): void {
    this.#saved = true;
    this.#disk.write(this.#model.recollection.memories(this.#now()), this.#machine);
  }

  /** The process is gone, and with it everything that its checkpoint does not have. */
  #kill(): void {
    if (!this.#saved) this.#save();
    this.#saved = false;
    this.#model = this.#newModel();
    this.#questions.length = 0;
    this.#sighted.clear();
    this.#say('killed');
  }

  #start(fields: ReadonlyMap<string, string>): void {
    const [damaged, machine] = [fields.get('damaged'), fields.get('machine')];
    if (damaged !== undefined) this.#disk.damage(damaged);
    if (machine !== undefined) this.#machine = machine;
    if (fields.get('checkpoint') === 'lost') this.#disk.clear();
    this.#say('started');
    this.#metrics = this.#newMetrics();
    const { seen, problems } = this.#disk.read(this.#now(), this.#machine);
    for (const problem of problems) this.#say(`told  ${problem}`);
    for (const observation of seen) this.#see(observation);
  }

  #newModel(): Model {
    const common = { nodes: { graceMs: 50_000 }, policies: this.#policies, holders: this.#holders };
    return new Model({ sources: ['leases', 'nodes', 'sockets'], ...common });
  }

  #newMetrics(): Metrics {
    return createMetrics({
      ...{ mode: 'cluster', version: '0.0.0', view: this.#model, clock: this.#clock, processMetrics: false },
      outboxStats: async () => [...this.#stats.values()],
      receivers: () => [...this.#receivers.values()],
      web: () => this.#web,
    });
  }

  /** Scrapes, shows what matches the pattern, and remembers which metrics had a sample. */
  async #scrape(pattern?: string): Promise<void> {
    const text = await this.#metrics.render('text');
    for (const [, name = ''] of text.matchAll(/^# TYPE (\S+)/gm)) this.#told.add(name.slice(prefix.length));
    if (pattern === undefined) return;
    const shown = samplesMatching(await this.#metrics.render('openmetrics'), pattern);
    for (const line of shown) this.#say(`metric ${line}`);
  }

  #list(source: string): void {
    const at = this.#now();
    this.#see({ kind: 'list', source, at, phase: 'begin', sentAt: at });
    if (source === 'candidates')
      for (const candidate of this.#cluster.candidates.values())
        this.#see({ kind: 'candidate', source, at, change: 'listed', candidate });
    else if (source === 'nodes')
      for (const node of this.#cluster.nodes.values())
        this.#see({ kind: 'node', source, at, change: 'listed', node });
    else
      for (const lease of this.#cluster.leases.values())
        this.#see({ kind: 'lease', source, at, change: 'listed', lease: this.#received(lease) });
    this.#see({ kind: 'list', source, at, phase: 'end', sentAt: at });
    this.#sighted.add(source);
    this.#missed.delete(source);
  }

  #sight(sight: 'blind' | 'sighted' | 'forbidden', source: string, why: string, restart?: string): void {
    const lost = restart === undefined ? {} : { restart };
    this.#see({ kind: 'sight', source, at: this.#now(), sight, why, ...lost });
    if (sight !== 'sighted') {
      this.#sighted.delete(source);
      return;
    }
    this.#catchUp(source);
  }

  #catchUp(source: string): void {
    this.#sighted.add(source);
    for (const write of this.#missed.get(source) ?? []) this.#show(write, source);
    this.#missed.delete(source);
  }

  #received(lease: LeaseRecord): LeaseRecord {
    return received(lease, labelKeysOf(this.#policies));
  }

  #show(write: Write, source: string): void {
    const at = this.#now();
    const seen = write.kind === 'lease' ? { ...write, lease: this.#received(write.lease) } : write;
    if (this.#sighted.has(source)) return this.#see({ ...seen, source, at });
    this.#missed.set(source, [...(this.#missed.get(source) ?? []), write]);
  }

  #outbox(name: string, fields: ReadonlyMap<string, string>): void {
    const route = name === 'logs' ? 'logs' : 'traces';
    const count = (field: string) => Number(fields.get(field) ?? 0);
    this.#stats.set(route, {
      ...{ route, pending: count('pending'), bytes: count('bytes') },
      ...{ enqueued: count('enqueued'), delivered: count('delivered') },
      ...{ dead: count('dead'), deadBytes: count('dead_bytes'), refused: count('refused') },
      dropped: {
        ...{ rejected: count('rejected'), full: count('full') },
        ...{ damaged: count('damaged'), by_leader: count('by_leader') },
        folded: count('folded'),
      },
      oldest: fields.has('oldest') ? epoch + count('oldest') * 1e6 : undefined,
    });
  }

  #serve(fields: ReadonlyMap<string, string>): void {
    const count = (field: string) => Number(fields.get(field) ?? 0);
    this.#web = {
      connections: count('connections'),
      refused: {
        ...{ unauthorized: count('unauthorized'), busy: count('busy'), rate_limit: count('rate_limit') },
        ...{ host: count('host'), origin: count('origin') },
        ...{ malformed: count('malformed'), too_large: count('too_large') },
      },
      cut: { full: count('full'), handshake: count('handshake'), ahead: count('ahead') },
      configGood: fields.has('config') ? fields.get('config') === 'good' : undefined,
    };
  }

  #receiver(name: string, fields: ReadonlyMap<string, string>): void {
    const route = name === 'logs' ? 'logs' : 'traces';
    const count = (field: string) => Number(fields.get(field) ?? 0);
    this.#receivers.set(route, {
      ...{ route, sentBytes: count('bytes'), refusesCredentials: fields.get('credentials') === 'refused' },
      requests: { accepted: count('accepted'), retry: count('retry'), rejected: count('rejected') },
      unsent: { too_old: count('too_old'), in_future: count('in_future') },
    });
  }

  #see(observation: Observation): void {
    this.#model.see([observation], {
      event: (event) => this.#heard(event),
      ask: (ask) => {
        this.#say(`asks  ${question(ask)}`);
        if (ask.kind !== 'restart-watch')
          this.#questions.push({ ask, due: this.#ms + answerDelay, sentAt: this.#now() });
      },
    });
  }

  #heard(event: Event): void {
    this.#say(`event ${eventLine(event)}`);
    this.#metrics.observe(event);
    this.#traces.observe(event);
    this.#logger.observe(event);
  }

  #delivered(record: OutboxRecord): void {
    if (record.route === 'logs') {
      const { event, line } = readLog(record);
      this.#logs.add(event);
      return this.#say(`log   ${line}`);
    }
    const { name, lines } = readSpan(record, epoch);
    this.#spans.add(name);
    for (const [index, line] of lines.entries()) this.#say(`${index === 0 ? 'span ' : '     '} ${line}`);
  }

  #say(line: string): void {
    this.#lines.push(`${(this.#ms / 1000).toFixed(1).padStart(7)}  ${line}`);
  }

  #now(): Moment {
    return { mono: monoStart + this.#ms, wall: epoch + this.#wallJump + Math.round(this.#ms * 1000) };
  }
}

function question(ask: Ask): string {
  switch (ask.kind) {
    case 'read-lease':
      return `read ${ask.namespace}/${ask.name}`;
    case 'find-holder':
      return findLine(ask);
    case 'read-revision':
      return `how far is ${ask.source}`;
    case 'list-leases':
      return `list all of ${ask.source}`;
    case 'restart-watch':
      return `${ask.relist ? 'list anew' : 'watch anew'} ${ask.source}`;
  }
}
