import { unchangedNamespace } from '../catalogue.ts';
import type { RouteStats } from '../delivery/outbox.ts';
import type { SourceView } from '../model/view.ts';
import { ownClockAhead } from './own-clock.ts';
import type { Projections, ScrapeContext } from './projections.ts';

function* eachSource(context: ScrapeContext, value: (source: SourceView) => number | undefined) {
  for (const source of context.view.sources()) {
    const number = value(source);
    if (number !== undefined) yield { labels: { source: context.text(source.name) }, value: number };
  }
}

function* eachRoute(context: ScrapeContext, value: (stats: RouteStats) => number | undefined) {
  for (const stats of context.outbox) {
    const number = value(stats);
    if (number !== undefined) yield { labels: { route: stats.route }, value: number };
  }
}

export const selfProjections = {
  *clock_skew_seconds({ view, now }) {
    const value = ownClockAhead(view, now);
    if (value !== undefined) yield { labels: {}, value };
  },
  *mass_silence({ view }) {
    for (const { class: kind, active } of view.massSilence()) {
      yield { labels: { class: kind }, value: active ? 1 : 0 };
    }
  },
  *build_info({ version, mode }) {
    yield { labels: { version, node_version: process.version, mode }, value: 1 };
  },
  *label_check_info() {
    yield { labels: { namespace: unchangedNamespace }, value: 1 };
  },
  source_up: (context) => eachSource(context, (source) => (source.up ? 1 : 0)),
  source_last_event_timestamp_seconds: (context) =>
    eachSource(context, (source) => (source.lastEvent > 0 ? source.lastEvent / 1e6 : undefined)),
  source_blind_seconds_total: (context) =>
    eachSource(context, (source) => source.blindSeconds(context.now.mono)),
  source_forbidden: (context) => eachSource(context, (source) => (source.forbidden ? 1 : 0)),
  *watch_restarts_total(context) {
    for (const source of context.view.sources()) {
      for (const [reason, value] of source.restarts) {
        yield { labels: { source: context.text(source.name), reason }, value };
      }
    }
  },
  *events_total(context) {
    for (const source of context.view.sources()) {
      for (const [type, value] of source.events) {
        yield { labels: { source: context.text(source.name), type }, value };
      }
    }
  },
  *pushing({ view }) {
    const pushes = view.pushes();
    if (pushes !== undefined) yield { labels: {}, value: pushes ? 1 : 0 };
  },
  outbox_records: (context) => eachRoute(context, (stats) => stats.pending),
  outbox_bytes: (context) => eachRoute(context, (stats) => stats.bytes),
  outbox_oldest_timestamp_seconds: (context) =>
    eachRoute(context, (stats) => (stats.oldest === undefined ? undefined : stats.oldest / 1e6)),
  outbox_enqueued_total: (context) => eachRoute(context, (stats) => stats.enqueued),
  outbox_delivered_total: (context) => eachRoute(context, (stats) => stats.delivered),
  *outbox_dropped_total(context) {
    for (const { route, dropped } of context.outbox) {
      for (const [reason, value] of Object.entries(dropped)) yield { labels: { route, reason }, value };
    }
  },
  outbox_refused_total: (context) => eachRoute(context, (stats) => stats.refused),
  outbox_dead_letters: (context) => eachRoute(context, (stats) => stats.dead),
  outbox_dead_letter_bytes: (context) => eachRoute(context, (stats) => stats.deadBytes),
  election_rounds_total: (context) => context.closedRounds.rows(),
  series_suppressed_total: (context) => context.suppressed.rows(),
} satisfies Partial<Projections>;
