import type { ProbeFailure, ProbePhase } from '../model/observation.ts';

/** What a step of a handshake came to. */
export type Step<T> = { readonly got: T } | Failed;

export interface Failed {
  readonly failure: ProbeFailure;
  readonly why: string;
}

const byCode: Readonly<Record<string, ProbeFailure>> = {
  ENOTFOUND: 'dns',
  ENODATA: 'dns',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  EPROTO: 'tls',
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 'flood',
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 'flood',
};

const byBeginning: readonly (readonly [string, ProbeFailure])[] = [
  ['EAI_', 'dns'],
  ['HPE_', 'protocol'],
  ['WS_ERR_', 'protocol'],
  ['ERR_SSL_', 'tls'],
  ['ERR_TLS_', 'tls'],
];

/** What is meant when the error does not say. */
const byPhase: Readonly<Record<ProbePhase, ProbeFailure>> = {
  dns: 'dns',
  tcp: 'unreachable',
  tls: 'tls',
  upgrade: 'protocol',
  pong: 'closed',
};

/** The bounded reason of an error of the network, of TLS, of HTTP or of ws. */
export function failureOf(error: unknown, phase: ProbePhase): Failed {
  const why = error instanceof Error ? error.message || codeOf(error) : String(error);
  const code = codeOf(error);
  const known = byCode[code] ?? byBeginning.find(([beginning]) => code.startsWith(beginning))?.[1];
  return { failure: known ?? byPhase[phase], why: why === '' ? `failed in phase ${phase}` : why };
}

export function timedOut(phase: ProbePhase, timeoutMs: number): Failed {
  const within = `within ${timeoutMs / 1000} s`;
  if (phase === 'pong') return { failure: 'no_pong', why: `no pong ${within}` };
  return { failure: 'timeout', why: `not done ${within}, in phase ${phase}` };
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}
