/**
 * Builds the image as far as that goes without a container engine: the RUN lines of deploy/Containerfile, in a
 * copy without what git ignores, in an empty HOME. Then it starts what came out, alone in a root of its own where
 * that is permitted, and says how long that took and how large it is. `node scripts/image-steps.ts`
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runLines } from './containerfile.ts';
import { startTree } from './start-tree.ts';

const root = join(import.meta.dirname, '..');
const work = mkdtempSync(join(tmpdir(), 'leasewatch-image-'));
const [source, image] = [join(work, 'src'), join(work, 'image')];

try {
  copySource();
  for (const line of runLines(readFileSync(join(root, 'deploy/Containerfile'), 'utf8'))) {
    const command = line.replace(/(?<= )\/image$/, image);
    console.log(`image: ${line}`);
    execFileSync('sh', ['-c', command], { cwd: source, stdio: 'inherit', env: environment() });
  }
  console.log(await startTree(image));
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** Our own, but for what a HOME may hide, and with the Node that runs this as the one of the base. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, HOME: work, PATH: `${dirname(process.execPath)}:${process.env.PATH}` };
}

function copySource(): void {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const file of files.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(source, file)), { recursive: true });
    cpSync(join(root, file), join(source, file));
  }
}
