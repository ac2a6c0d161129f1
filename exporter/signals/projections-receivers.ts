import type { Projections } from './projections.ts';

export const receiverProjections = {
  *receiver_requests_total({ receivers }) {
    for (const { route, requests } of receivers) {
      for (const [outcome, value] of Object.entries(requests)) yield { labels: { route, outcome }, value };
    }
  },
  *receiver_sent_bytes_total({ receivers }) {
    for (const { route, sentBytes } of receivers) yield { labels: { route }, value: sentBytes };
  },
  *receiver_refuses_credentials({ receivers }) {
    for (const { route, refusesCredentials } of receivers) {
      yield { labels: { route }, value: refusesCredentials ? 1 : 0 };
    }
  },
  *receiver_unsent_records_total({ receivers }) {
    for (const { route, unsent } of receivers) {
      for (const [reason, value] of Object.entries(unsent)) yield { labels: { route, reason }, value };
    }
  },
} satisfies Partial<Projections>;
