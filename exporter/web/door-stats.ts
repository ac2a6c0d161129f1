/** Why a request was not answered, or a connection ended from our side. */
export const refusalReasons = [
  'unauthorized',
  'busy',
  'rate_limit',
  'host',
  'origin',
  'malformed',
  'too_large',
] as const;
export const cutReasons = ['full', 'handshake', 'ahead'] as const;

export interface DoorStats {
  readonly connections: number;
  readonly refused: Readonly<Record<(typeof refusalReasons)[number], number>>;
  readonly cut: Readonly<Record<(typeof cutReasons)[number], number>>;
  /** Whether what the web configuration holds now is in force; `undefined` where there is none. */
  readonly configGood: boolean | undefined;
}
