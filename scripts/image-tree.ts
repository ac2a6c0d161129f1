/** `node scripts/image-tree.ts FOLDER` lays what is in dist/ and Node itself out as the image has it. */
import { join } from 'node:path';
import { layImage } from './image.ts';

const [into] = process.argv.slice(2);
if (into === undefined) throw new Error('image-tree: name a folder');
layImage(join(import.meta.dirname, '..', 'dist'), into);
