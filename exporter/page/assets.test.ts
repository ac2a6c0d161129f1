import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { assetsOf, loadAssets } from './assets.ts';

const mostBytes = 100_000;

test('page: all its files together are at most 100 kB compressed', async () => {
  const { files } = await loadAssets();
  const sizes = Object.entries(files).map(([path, { body }]) => [path, gzipSync(body).length] as const);
  const all = sizes.reduce((sum, [, size]) => sum + size, 0);
  assert.ok(all > 5000 && all <= mostBytes, JSON.stringify(sizes));
});

test('page: it names its files by what is in them, and asks for nothing else', async () => {
  const { files, build } = await loadAssets();
  const { body } = files['/'];
  const named = [...body.matchAll(/(?:src|href)="(\/page\/[^"]+)"/g)].map(([, path]) => path ?? '');
  assert.equal(named.length, 3);
  for (const path of named) {
    const [name = '', hash = ''] = path.split('?');
    const asset = Object.entries(files).find(([each]) => each === name)?.[1];
    assert.match(asset?.headers['cache-control'] ?? '', /immutable/);
    assert.equal(
      hash,
      createHash('sha256')
        .update(asset?.body ?? '')
        .digest('hex')
        .slice(0, 16),
    );
  }
  assert.ok(body.includes(`content="${build}"`));
  assert.doesNotMatch(body, /\{\{|<style|style=|<script>|https?:/);
  assert.deepEqual((await loadAssets()).build, build);
});

test('page: another script makes another build', () => {
  const files = { 'page.html': '{{build}}', 'page.js': 'a', 'page.css': 'b', 'icon.svg': 'c' };
  assert.notEqual(assetsOf(files).build, assetsOf({ ...files, 'page.js': 'x' }).build);
});

test('page: its policy allows no code and no style but its own files', async () => {
  const policy = (await loadAssets()).files['/'].headers['content-security-policy'] ?? '';
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /require-trusted-types-for 'script'/);
  assert.doesNotMatch(policy, /unsafe|\*|https?:|data:/);
});
