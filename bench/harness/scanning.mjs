import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';
import { timed } from './processes.mjs';

const scanFile = fileURLToPath(new URL('scan-file.mjs', import.meta.url));

/**
 * Bundles what finds the matches of a file.
 *
 * @returns a function that tells how many ms a process takes for a file, with a file of packs
 */
export async function scanning(folder) {
  const scanner = await bundle(
    folder,
    'scanner',
    `export { createExtractor } from './src/extract/extractor.ts';
     export { createMatcher } from './src/extract/matcher.ts';
     export { createLineSplitter } from './src/lines/line-splitter.ts';`,
  );
  return (file, packs) => timed([process.execPath, scanFile, file, scanner, packs]);
}
