import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { needTool } from './tool.ts';

export interface Identity {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

/** An authority of our own that lives for one test. */
export interface Authority {
  /** Where its files are. */
  readonly folder: string;
  readonly caFile: string;
  readonly ca: string;
  /** A certificate of that name, for localhost and for clients, unless other names or days are given. */
  issue(name: string, part?: Partial<Issued>): Identity;
}

export interface Issued {
  readonly days: number;
  /** As openssl wants them. */
  readonly names: string;
}

/** Undefined where there is no openssl: the test is skipped. */
export function authority(t: TestContext, name = 'authority', days = 2): Authority | undefined {
  const openssl = needTool(t, 'openssl');
  if (openssl === undefined) return undefined;
  const cwd = mkdtempSync(join(tmpdir(), 'leasewatch-ca-'));
  t.after(() => rmSync(cwd, { recursive: true }));
  const run = (command: string) => execFileSync(openssl, command.split(' '), { cwd, stdio: 'pipe' });
  const read = (file: string) => readFileSync(join(cwd, file), 'utf8');
  const newKey = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';
  run(`req -x509 ${newKey} -days ${days} -subj /CN=${name} -keyout ca.key -out ca.pem`);
  return {
    folder: cwd,
    caFile: join(cwd, 'ca.pem'),
    ca: read('ca.pem'),
    issue(leaf, { days = 1, names = 'DNS:localhost,IP:127.0.0.1' } = {}) {
      const extension = `subjectAltName=${names}`;
      run(`req ${newKey} -subj /CN=${leaf} -addext ${extension} -keyout ${leaf}.key -out ${leaf}.csr`);
      run(
        `x509 -req -in ${leaf}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days ${days} -copy_extensions copy -out ${leaf}.pem`,
      );
      return {
        certFile: join(cwd, `${leaf}.pem`),
        keyFile: join(cwd, `${leaf}.key`),
        cert: read(`${leaf}.pem`),
        key: read(`${leaf}.key`),
      };
    },
  };
}
