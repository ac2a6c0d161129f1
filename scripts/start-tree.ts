import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const patienceMs = 30_000;

/**
 * Starts the demo from a laid-out image as nobody in particular, with nothing in the environment, and where we
 * are root with nothing else to be found on the disk than the image and the libraries of its base. Returns how
 * large it is and how soon it was ready. Throws where it does not become ready, or does not end cleanly.
 */
export async function startTree(image: string): Promise<string> {
  const size = `${megabytes(join(image, 'app'))} MB, and Node ${megabytes(join(image, 'usr'))} MB`;
  const demo = ['demo', '--chaos', 'off', '--listen', '127.0.0.1:0'];
  const isolated = mayIsolate();
  if (isolated) layBase(image);
  const started = performance.now();
  const [command, ...args] = isolated
    ? ['unshare', '--mount', 'sh', '-c', inItsRoot, image, ...demo]
    : [join(image, 'usr/local/bin/node'), join(image, 'app/dist/leasewatch.js'), ...demo];
  const program = spawn(command ?? '', args, {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    stdio: 'pipe',
  });
  const output: string[] = [];
  program.stdout.on('data', (text) => output.push(String(text)));
  program.stderr.on('data', (text) => output.push(String(text)));
  const ended = once(program, 'exit');
  try {
    await ready(() => program.exitCode !== null, output);
    const ms = Math.round(performance.now() - started);
    program.kill('SIGTERM');
    const [code] = await ended;
    if (code !== 0) throw new Error(`image: it ended with ${code}:\n${output.join('')}`);
    return `image: ${size}; ready after ${ms} ms${isolated ? ', alone in its root' : ''}`;
  } finally {
    program.kill('SIGKILL');
  }
}

/** Its arguments are the root and the command. The mount goes with the process. */
const inItsRoot =
  'mount -t proc proc "$0/proc" && exec chroot --userspec=65532:65532 "$0" /usr/local/bin/leasewatch "$@"';

/** Whether we are root, and one that may mount. */
function mayIsolate(): boolean {
  return process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;
}

async function ready(gone: () => boolean, output: readonly string[]): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await answers(output))) {
    if (gone() || performance.now() > deadline) {
      throw new Error(`image: it does not become ready:\n${output.join('')}`);
    }
    await pause(10);
  }
}

async function answers(output: readonly string[]): Promise<boolean> {
  const [, url] = /(http:\/\/[\d.:]+)\/metrics/.exec(output.join('')) ?? [];
  if (url === undefined) return false;
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}

/** What the base brings: the C and C++ libraries that Node links to, and a folder for temporary files. */
function layBase(image: string): void {
  const linked = execFileSync('ldd', [join(image, 'usr/local/bin/node')], { encoding: 'utf8' });
  for (const [library] of linked.matchAll(/\/\S+\.so\S*/g)) {
    mkdirSync(dirname(join(image, library)), { recursive: true });
    copyFileSync(library, join(image, library));
  }
  for (const folder of ['tmp', 'proc']) mkdirSync(join(image, folder), { recursive: true });
  execFileSync('chmod', ['1777', join(image, 'tmp')]);
}

function megabytes(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  const bytes = files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0);
  return (bytes / 1e6).toFixed(1);
}
