import type { LeasePolicy } from '../model/policy.ts';
import type { ExpectationView, LeaseView } from '../model/view.ts';
import type { Projections, ScrapeContext } from './projections.ts';
import type { RowFamilies } from './row-family.ts';

/** Expected leases that do not exist have no verdict and so no other series: an alert needs these. */
function* missing({ view }: ScrapeContext): Iterable<ExpectationView> {
  for (const expectation of view.policies().expected) {
    if (expectation.state === 'missing') yield expectation;
  }
}

function labelsOf(context: ScrapeContext, lease: { namespace: string; name: string }) {
  return { namespace: context.text(lease.namespace), lease: context.text(lease.name) };
}

function policyLabels(context: ScrapeContext, { expect, severity, team }: LeasePolicy) {
  return { expect: expect ?? '', severity: severity ?? '', team: context.text(team ?? '') };
}

/** A deleted lease is told on when it is missed. */
function isTold({ policy, expected, state }: LeaseView): boolean {
  return policy !== undefined && (state !== 'deleted' || expected !== undefined);
}

export const policyFamilies = {
  lease_policy_info: {
    labels: {
      expect: ({ policy }) => policy?.expect ?? '',
      severity: ({ policy }) => policy?.severity ?? '',
      team: ({ policy }, { text }) => text(policy?.team ?? ''),
    },
    value: (lease) => (isTold(lease) ? 1 : undefined),
    *others(context) {
      for (const lease of missing(context)) {
        yield { labels: { ...labelsOf(context, lease), ...policyLabels(context, lease.policy) }, value: 1 };
      }
    },
  },
  lease_expected_absent: {
    labels: {},
    value: ({ expected }) => (expected === undefined ? undefined : told(expected.absent)),
    *others(context) {
      for (const lease of missing(context)) {
        yield { labels: labelsOf(context, lease), value: told(lease.absent) };
      }
    },
  },
} as const satisfies RowFamilies<LeaseView, 'namespace' | 'lease'>;

function told(absent: boolean): number {
  return absent ? 1 : 0;
}

export const policyProjections = {
  *ignored_leases({ view }) {
    yield { labels: {}, value: view.policies().ignored.size };
  },
} satisfies Partial<Projections>;

/** The most series that a policy adds to those of a lease. */
export function seriesOfPolicy({ policy }: LeaseView): number {
  return policy === undefined ? 0 : 2;
}
