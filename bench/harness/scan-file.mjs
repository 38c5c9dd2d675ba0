// A process that finds what patterns match in a file, as the follower does it, from chunks of 64 KiB.
// Its words: the file, the bundle of the scanner, and a file of compiled packs.
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [, , corpus, scanner, packs] = process.argv;
const { createExtractor, createMatcher, createLineSplitter } = await import(pathToFileURL(scanner).href);
const shared = JSON.parse(readFileSync(packs, 'utf8')).filter(({ agents }) => agents.includes('*'));
const nowMs = () => performance.now();
const extractor = createExtractor({ matcher: createMatcher(shared), nowMs, onState: () => undefined });
const splitter = createLineSplitter({ stream: 'stdout', maxLineBytes: 65_536 });
const file = openSync(corpus, 'r');
let events = 0;
for (let offset = 0; ; ) {
  const buffer = Buffer.allocUnsafe(65_536);
  const length = readSync(file, buffer, 0, buffer.length, offset);
  if (length === 0) break;
  const block = splitter.push({ stream: 'stdout', offset, timeUs: 0, bytes: buffer.subarray(0, length) });
  if (block) events += extractor.scan(block).length;
  offset += length;
}
closeSync(file);
console.log(events);
