import { holderName } from '../model/holder-identity.ts';
import { printable } from '../signals/safe-text.ts';

/** A holder as people call it: without the `_uuid` that client-go appends, and harmless. */
export function nameOf(holder: string): string {
  return holder === '' ? 'nobody' : printable(holderName(holder));
}

/** Two processes of one host have the same name but for their uuids: of these the beginning is told, too. */
export function namesOf(first: string, second: string): readonly [string, string] {
  const [one, other] = [nameOf(first), nameOf(second)];
  return one === other && first !== second ? [longer(first), longer(second)] : [one, other];
}

function longer(holder: string): string {
  return printable(holder.slice(0, holderName(holder).length + 9));
}
