import { type MessagePort, parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';

/** Asks whether a password is the one of a hash. */
export interface PasswordQuestion {
  readonly id: number;
  readonly password: string;
  readonly hash: string;
}

export interface PasswordAnswer {
  readonly id: number;
  readonly right: boolean;
}

/** bcrypt is slow by design: here it holds up nobody but those who wait for it. */
function serve(port: MessagePort): void {
  port.on('message', ({ id, password, hash }: PasswordQuestion) => {
    const answer: PasswordAnswer = { id, right: compareSync(password, hash) };
    port.postMessage(answer);
  });
}

if (parentPort !== null) serve(parentPort);
