import { createLogger, format, type Logger, transports } from 'winston';
import type Transport from 'winston-transport';
import type { Clock } from '../clock.ts';
import type { Event } from '../model/event.ts';
import { Crowd } from './crowd.ts';
import { isoTime } from './iso-time.ts';
import { contextOf, isLineContext, type LineContext, lineContext } from './line-context.ts';
import { printable } from './safe-text.ts';
import { type Sentence, sentenceOf } from './sentences.ts';

export interface LogsOptions {
  /** Takes every line for Loki; without it lines go to the console alone. */
  readonly push?: Transport | undefined;
  readonly console: 'json' | 'text' | 'off';
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly clock: Clock;
  /** Where console lines go; stderr if not given. */
  readonly stream?: NodeJS.WritableStream;
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Logs {
  observe(event: Event): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Resolves when every line was handed to its transport. */
  close(): Promise<void>;
}

/** One line an event, with the time of the event, to the console and as a record for Loki. */
export function createLogs(options: LogsOptions): Logs {
  const logger = buildLogger(options);
  let closed: Promise<void> | undefined;
  const say = (level: string, text: string, context: LineContext) => {
    // Parts that end after the log may still have a word to say; a closed stream would throw.
    if (closed !== undefined) return;
    const message = printable(text.replace(/\s*\n\s*/g, ' '), 4000);
    logger.log({ level, message, [lineContext]: context });
  };
  const own = (level: string) => (message: string, fields?: LogFields) =>
    say(level, message, contextOf(options.clock.now().wall, textFields(fields)));
  const tell = ({ level, text, event, about, importance }: Sentence, wall: number): void =>
    say(level, text, contextOf(wall, { event, ...about }, importance));
  const crowd = new Crowd(options.clock, tell);
  return {
    observe(event) {
      if (event.kind === 'heartbeat' || crowd.takes(event)) return;
      const line = sentenceOf(event);
      if (line !== undefined) tell(line, event.at.wall);
    },
    ...{ info: own('info'), warn: own('warn'), error: own('error') },
    close() {
      crowd.close();
      closed ??= ended(logger);
      return closed;
    },
  };
}

function buildLogger({ push, console, level, stream }: LogsOptions): Logger {
  const to = stream ?? process.stderr;
  const shown =
    console === 'off'
      ? []
      : [new transports.Stream({ stream: to, format: console === 'json' ? jsonLine : textLine, eol: '\n' })];
  const all = push === undefined ? shown : [...shown, push];
  return createLogger({ level, transports: all, silent: all.length === 0 });
}

const textLine = format.printf((info) => {
  const { wall } = contextIn(info);
  return `${isoTime(wall)} ${info.level.padEnd(5)} ${String(info.message)}`;
});

const jsonLine = format.printf((info) => {
  const { wall, metadata } = contextIn(info);
  return JSON.stringify({
    time: isoTime(wall),
    level: info.level,
    message: info.message,
    ...metadata,
  });
});

function contextIn(info: object): LineContext {
  const context = lineContext in info ? info[lineContext] : undefined;
  return isLineContext(context) ? context : contextOf(0, {});
}

function textFields(fields: LogFields | undefined): Record<string, string | undefined> {
  const entries = Object.entries(fields ?? {});
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value === undefined ? undefined : String(value)]),
  );
}

function ended(logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    logger.once('finish', resolve);
    logger.end();
  });
}
