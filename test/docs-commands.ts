/**
 * The commands of the documentation that test/docs.test.ts does not run, each told by its beginning: the
 * file that runs it, or what it stands for, with what one finds there; and why it is not run here. A command
 * that no page has any more fails the test, and so does a file that says nothing of it any more.
 */
export const provenElsewhere: readonly {
  readonly command: string;
  readonly by: string;
  readonly says: string;
  readonly why: string;
}[] = [
  { command: 'npm ci', by: '.ci/run', says: 'step npm ci', why: 'it is how this came to run' },
  { command: 'npm test', by: '.ci/run', says: 'step npm test', why: 'it is what runs this' },
  { command: 'npm run types', by: '.ci/run', says: 'step npm run types', why: 'it takes too long' },
  { command: 'npm run lint', by: '.ci/run', says: 'step npm run lint', why: 'it takes too long' },
  { command: 'npm run fresh', by: '.ci/run', says: 'step npm run fresh', why: 'it takes too long' },
  {
    command: 'npm run leasewatch -- run',
    by: 'test/e2e/run.test.ts',
    says: "'run'",
    why: 'it needs a cluster, and does not end',
  },
  { command: 'npm run bench -- ', by: 'bench/main.ts', says: 'const benches', why: 'each takes minutes' },
  { command: 'npm run accuracy', by: 'test/accuracy.test.ts', says: 'rounds', why: 'it takes minutes' },
  { command: 'helm install', by: 'deploy/helm.test.ts', says: "helm('template'", why: 'it needs a cluster' },
  {
    command: 'kubectl label namespace',
    by: 'deploy/admission.test.ts',
    says: "level: 'privileged'",
    why: 'it needs a cluster',
  },
  { command: 'kubectl exec', by: 'test/e2e/outbox.test.ts', says: "'ls'", why: 'it needs a cluster' },
  {
    command: 'kubectl -n NAMESPACE delete lease',
    by: 'test/scenarios/deleted-and-left.txt',
    says: 'deleted',
    why: 'it needs a cluster',
  },
  {
    command: 'docker build',
    by: 'test/e2e/image.test.ts',
    says: 'deploy/Containerfile',
    why: 'it needs Docker: its steps are run without',
  },
  {
    command: 'docker push',
    by: 'test/e2e/image.test.ts',
    says: 'deploy/Containerfile',
    why: 'it needs a registry',
  },
  {
    command: 'docker compose',
    by: 'compose/stack.test.ts',
    says: "'docker-compose'",
    why: 'it needs Docker: its files are read by docker-compose',
  },
  {
    command: 'amtool silence add',
    by: 'test/e2e/silences.test.ts',
    says: 'amtool ',
    why: 'it needs an Alertmanager',
  },
  {
    command: 'prometheus --enable-feature=agent',
    by: 'test/e2e/edge-site.ts',
    says: "'--enable-feature=agent'",
    why: 'it needs a second Prometheus, and a link to cut',
  },
  {
    command: 'prometheus --web.enable-remote-write-receiver',
    by: 'test/e2e/edge-site.ts',
    says: "'--web.enable-remote-write-receiver'",
    why: 'as above',
  },
  {
    command: 'leasewatch outbox ls',
    by: 'test/e2e/outbox.test.ts',
    says: "leasewatch('ls'",
    why: 'it needs records',
  },
  {
    command: 'leasewatch outbox show',
    by: 'test/e2e/outbox.test.ts',
    says: "leasewatch('show'",
    why: 'as above',
  },
  {
    command: 'leasewatch outbox export',
    by: 'test/e2e/outbox.test.ts',
    says: "leasewatch('export'",
    why: 'as above',
  },
  { command: 'for file in', by: 'test/e2e/outbox.test.ts', says: "'curl'", why: 'it needs receivers' },
];

const runnable = [
  /^npm run leasewatch -- (?!run)/,
  /^curl -s localhost:9465\//,
  /^leasewatch (?:leases|explain|check|completion) /,
  /^leasewatch leases$/,
  /^source <\(leasewatch completion/,
  /^node_modules\/\.bin\/node --test/,
];

/** What test/docs.test.ts runs beside the demo. */
export function isRunHere(command: string): boolean {
  return runnable.some((form) => form.test(command));
}
