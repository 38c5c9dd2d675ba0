import { readFileSync, rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { recordingFolder } from '../../src/recording/folder.ts';
import { createRecorder } from '../../src/recording/recorder.ts';
import { createScrubber } from '../../src/recording/scrub.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folderOf = () => recordingFolder(temporaryFolder(), '01HZX0000000000000000000ZZ');
const chunk = (text: string) => ({ stream: 'stdout', timeUs: 0, bytes: Buffer.from(text) }) as const;

it('overwrites in place while the recording grows', () => {
  const folder = folderOf();
  const recorder = createRecorder(folder, ['stdout']);
  const scrubber = createScrubber(folder);
  recorder.append([chunk('my secret is')]);
  scrubber.overwrite('stdout', 3, Buffer.from('******'));
  recorder.append([chunk(' out')]);
  scrubber.overwrite('stdout', 13, Buffer.from('***'));
  scrubber.close();
  recorder.close();
  expect(readFileSync(folder.streams.stdout, 'utf8')).toBe('my ****** is ***');
});

it('makes no file where there is none', () => {
  const folder = folderOf();
  createRecorder(folder, ['stdout']).close();
  rmSync(folder.streams.stdout);
  const scrubber = createScrubber(folder);
  expect(() => {
    scrubber.overwrite('stdout', 0, Buffer.from('*'));
  }).toThrow('ENOENT');
  scrubber.close();
});
