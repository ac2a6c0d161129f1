const layout = '"2006-01-02T15:04:05.000000Z07:00"';

/** A spec, then code, reason and what the message ends with. */
export const badSpecs: readonly (readonly [string, unknown, number, string, string])[] = [
  ['duration 0', { leaseDurationSeconds: 0 }, 422, 'Invalid', 'Invalid value: 0: must be greater than 0'],
  [
    'a negative duration',
    { leaseDurationSeconds: -5 },
    422,
    'Invalid',
    'Invalid value: -5: must be greater than 0',
  ],
  [
    'negative transitions',
    { leaseTransitions: -1 },
    422,
    'Invalid',
    'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    'two mistakes at once',
    { leaseDurationSeconds: 0, leaseTransitions: -1 },
    422,
    'Invalid',
    'is invalid: [spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0, ' +
      'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0]',
  ],
  ['a duration beyond int32', { leaseDurationSeconds: 2 ** 31 }, 400, 'BadRequest', 'of type int32'],
  ['a fraction', { leaseDurationSeconds: 1.5 }, 400, 'BadRequest', 'of type int32'],
  [
    'a duration in words',
    { leaseDurationSeconds: '15' },
    400,
    'BadRequest',
    'string into Go struct field LeaseSpec.spec.leaseDurationSeconds of type int32',
  ],
  [
    'a holder that is a number',
    { holderIdentity: 5 },
    400,
    'BadRequest',
    'LeaseSpec.spec.holderIdentity of type string',
  ],
  ['a time that is a number', { renewTime: 5 }, 400, 'BadRequest', 'LeaseSpec.spec.renewTime of type string'],
  [
    'milliseconds',
    { renewTime: '2026-01-01T00:00:00.123Z' },
    400,
    'BadRequest',
    `as ${layout}: cannot parse ".123Z" as ".000000"`,
  ],
  [
    'whole seconds',
    { renewTime: '2026-01-01T00:00:00Z' },
    400,
    'BadRequest',
    `as ${layout}: cannot parse "Z" as ".000000"`,
  ],
  [
    'seven digits',
    { renewTime: '2026-01-01T00:00:00.1234567Z' },
    400,
    'BadRequest',
    `as ${layout}: cannot parse "7Z" as "Z07:00"`,
  ],
  [
    'a small z',
    { renewTime: '2026-01-01T00:00:00.123456z' },
    400,
    'BadRequest',
    `as ${layout}: cannot parse "z" as "Z07:00"`,
  ],
  [
    'an empty time',
    { renewTime: '' },
    400,
    'BadRequest',
    `parsing time "" as ${layout}: cannot parse "" as "2006"`,
  ],
  ['month 13', { renewTime: '2026-13-01T00:00:00.000000Z' }, 400, 'BadRequest', ': month out of range'],
  ['30 February', { renewTime: '2026-02-30T00:00:00.000000Z' }, 400, 'BadRequest', ': day out of range'],
  ['hour 25', { renewTime: '2026-01-01T25:00:00.000000Z' }, 400, 'BadRequest', ': hour out of range'],
  [
    'a spec that is a list',
    [],
    400,
    'BadRequest',
    'cannot unmarshal array into Go struct field Lease.spec of type v1.LeaseSpec',
  ],
];

/** A query of a list or watch, then code, reason and the message. */
export const badQueries: readonly (readonly [string, number, string | undefined, RegExp])[] = [
  ['limit=abc', 400, 'BadRequest', /^strconv.ParseInt: parsing "abc": invalid syntax$/],
  ['continue=garbage', 400, 'BadRequest', /^invalid continue token: continue key is not valid/],
  [
    'resourceVersion=abc',
    400,
    'BadRequest',
    /^invalid resource version: resourceVersion: Invalid value: "abc"/,
  ],
  ['watch=1&resourceVersion=abc', 500, undefined, /^resourceVersion: Invalid value: "abc"/],
  ['watch=1&timeoutSeconds=abc', 400, 'BadRequest', /^strconv.ParseInt: parsing "abc": invalid syntax$/],
  ['resourceVersionMatch=Exact', 422, 'Invalid', /is forbidden unless resourceVersion is provided$/],
  ['resourceVersion=0&resourceVersionMatch=Exact', 422, 'Invalid', /is forbidden for resourceVersion "0"$/],
  ['sendInitialEvents=true', 422, 'Invalid', /sendInitialEvents is forbidden for list$/],
  ['watch=1&sendInitialEvents=true', 422, 'Invalid', /^ListOptions.meta.k8s.io "" is invalid: /],
  [
    'watch=1&resourceVersion=1&resourceVersionMatch=Exact',
    422,
    'Invalid',
    /supported values: "NotOlderThan"\]$/,
  ],
  [
    'fieldSelector=spec.x%3D1',
    400,
    'BadRequest',
    /^"spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"$/,
  ],
  ['labelSelector=a%20b', 400, 'BadRequest', /^unable to parse requirement/],
];
