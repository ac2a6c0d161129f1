/**
 * The commands of the documentation that test/docs.test.ts does not run itself: the test that does, or why
 * nobody can. A command is told by its beginning. One that no page has any more fails the test.
 */
export const provenElsewhere: readonly {
  readonly command: string;
  /** Files of tests, or of CI, that run it or what it stands for. */
  readonly by: readonly string[];
  readonly why: string;
}[] = [
  { command: 'npm ci', by: ['.ci/run'], why: 'it is how these tests came to run' },
  { command: 'npm test', by: ['.ci/run'], why: 'it is what runs this' },
  { command: 'npm run types', by: ['.ci/run'], why: 'it takes as long as all tests of the pages' },
  { command: 'npm run lint', by: ['.ci/run'], why: 'as above' },
  { command: 'npm run fresh', by: ['.ci/run'], why: 'as above' },
  { command: 'npm run leasewatch -- run', by: ['test/e2e/run.test.ts'], why: 'it needs a cluster' },
  { command: 'npm run bench -- census', by: ['test/e2e/census.test.ts'], why: 'it takes minutes' },
  { command: 'npm run bench -- instrument', by: ['instrument/ws.test.ts'], why: 'it takes minutes' },
  { command: 'npm run bench -- outbox', by: ['test/conformance/outbox.ts'], why: 'it takes minutes' },
  { command: 'npm run bench -- fleet', by: ['test/fleet.test.ts'], why: 'the test runs a smaller fleet' },
  { command: 'npm run accuracy', by: ['test/accuracy.test.ts'], why: 'the test runs fewer rounds' },
  { command: 'helm install', by: ['deploy/helm.test.ts'], why: 'it needs a cluster; helm template is run' },
  { command: 'kubectl label namespace', by: ['deploy/admission.test.ts'], why: 'it needs a cluster' },
  { command: 'kubectl exec', by: ['test/e2e/outbox.test.ts'], why: 'it needs a cluster' },
  {
    command: 'kubectl -n NAMESPACE delete lease',
    by: ['test/scenarios/deleted-and-left.txt'],
    why: 'it needs a cluster',
  },
  {
    command: 'docker build',
    by: ['test/e2e/image.test.ts'],
    why: 'it needs Docker; the steps are run without',
  },
  { command: 'docker push', by: ['test/e2e/image.test.ts'], why: 'it needs a registry' },
  {
    command: 'docker compose',
    by: ['compose/stack.test.ts'],
    why: 'it needs Docker; docker-compose config is run',
  },
  { command: 'amtool silence add', by: ['test/e2e/silences.test.ts'], why: 'it needs an Alertmanager' },
  {
    command: 'prometheus ',
    by: ['test/e2e/edge.test.ts'],
    why: 'it needs a second Prometheus and a link to cut',
  },
  { command: 'leasewatch outbox', by: ['test/e2e/outbox.test.ts'], why: 'it needs an outbox with records' },
  { command: 'for file in', by: ['test/e2e/outbox.test.ts'], why: 'it needs receivers' },
];
