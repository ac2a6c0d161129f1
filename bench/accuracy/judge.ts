import type { Clock } from '../../exporter/clock.ts';
import type { KubeTransport } from '../../exporter/kube/transport.ts';
import { type Life, newLife } from './life.ts';
import { memoryInHand } from './memory-in-hand.ts';
import { type MortalClock, Process } from './process.ts';

export interface JudgeOptions {
  readonly clock: Clock;
  readonly transport: KubeTransport;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** How long its requests take to arrive. */
  readonly latencyMs: number;
  readonly mayReadCandidates: boolean;
}

/**
 * leasewatch as a process beside the simulated cluster: the sources, the driver and the model as `run`
 * wires them, with a wall clock of its own. It can stand still, be killed and be started again.
 */
export class Judge {
  readonly lives: Life[] = [];
  readonly #options: JudgeOptions;
  #process: Process | undefined;
  #wallOffset = 0;
  #table = memoryInHand();
  #paused: { readonly over: Promise<void>; readonly end: () => void } | undefined;
  #waiting: (() => void)[] = [];

  constructor(options: JudgeOptions) {
    this.#options = options;
  }

  /** `memory`: whether it finds the checkpoint of the one before it; then it is one life that had a gap. */
  start(memory: 'kept' | 'lost'): void {
    // A storm that restarts it may come before its first start: there is never more than one.
    if (this.#process !== undefined) return;
    const at = this.#options.clock.now().mono;
    const before = memory === 'kept' ? this.lives.at(-1) : undefined;
    const life = before ?? newLife(at);
    if (before === undefined) {
      this.lives.push(life);
      this.#table = memoryInHand();
    } else {
      life.to = Number.POSITIVE_INFINITY;
      life.testimony.blindness.push({ from: at, to: Number.POSITIVE_INFINITY });
    }
    const gate = () => this.#paused?.over;
    this.#process = new Process(this.#options, life, this.#table, this.#ownClock(), gate);
  }

  /** Its monotonic time is that of the machine, and its timers go with it. */
  #ownClock(): MortalClock {
    const { clock } = this.#options;
    let isDead = false;
    return {
      boot: 'of-the-judge',
      now: () => ({ mono: clock.now().mono, wall: clock.now().wall + this.#wallOffset }),
      // A microsecond late: one that fired too early by a rounding error would be set again for ever.
      after: (ms, run) => clock.after(ms + 0.001, () => this.#whenAwake(() => isDead || run())),
      die() {
        isDead = true;
      },
    };
  }

  /** As SIGKILL does. */
  async kill(): Promise<void> {
    await this.#process?.kill();
    this.#process = undefined;
  }

  /** The process does not run, while bytes wait for it. */
  pause(): void {
    if (this.#paused !== undefined) return;
    let end = (): void => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#paused = { over, end };
  }

  resume(): void {
    this.#paused?.end();
    this.#paused = undefined;
    for (const run of this.#waiting.splice(0)) run();
  }

  /** Steps its wall clock. */
  jumpWall(ms: number): void {
    this.#wallOffset += ms * 1000;
  }

  #whenAwake(run: () => void): void {
    if (this.#paused === undefined) run();
    else this.#waiting.push(run);
  }
}
