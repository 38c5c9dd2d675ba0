import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Keyframe } from '../../src/domain/keyframe.ts';
import { recordingFolder } from '../../src/recording/folder.ts';
import { createKeyframeWriter, readKeyframe } from '../../src/recording/keyframes.ts';
import { createRecorder } from '../../src/recording/recorder.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function newFolder() {
  const folder = recordingFolder(temporaryFolder(), '01HZX0000000000000000000ZZ');
  createRecorder(folder, ['stdout']).close();
  return folder;
}

const keyframe = (offset: number): Keyframe => ({
  timeUs: offset * 10,
  offset,
  columns: 80,
  rows: 24,
  screen: `\x1b[1;1H${offset}`,
});

it('keeps keyframes for the user alone, and gives back the last one of a time or before', () => {
  const folder = newFolder();
  const write = createKeyframeWriter(folder);
  for (const offset of [100, 200, 300]) write(keyframe(offset));
  expect(statSync(folder.keyframes).mode & 0o777).toBe(0o600);
  expect(readKeyframe(folder, 999)).toBeUndefined();
  expect(readKeyframe(folder, 1000)).toEqual(keyframe(100));
  expect(readKeyframe(folder, 2999)).toEqual(keyframe(200));
  expect(readKeyframe(folder, Infinity)).toEqual(keyframe(300));
});

it('goes on behind what was written before, also if a crash has cut it', () => {
  const folder = newFolder();
  createKeyframeWriter(folder)(keyframe(100));
  appendFileSync(folder.keyframes, JSON.stringify(keyframe(200)).slice(0, 50));
  expect(readKeyframe(folder, Infinity)).toEqual(keyframe(100));
  const write = createKeyframeWriter(folder);
  for (const offset of [100, 200, 300]) write(keyframe(offset));
  expect(readKeyframe(folder, 2500)).toEqual(keyframe(200));
  expect(readKeyframe(folder, Infinity)).toEqual(keyframe(300));
  expect(readFileSync(folder.keyframes, 'utf8').split('\n')).toHaveLength(5);
});

it('does without where the disk refuses', () => {
  const folder = recordingFolder(temporaryFolder(), '01HZX0000000000000000000ZZ');
  createKeyframeWriter(folder)(keyframe(100));
  expect(readKeyframe(folder, Infinity)).toBeUndefined();
});
