import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { beforeEach, describe, expect, it } from 'vitest';
import { type RecordingFolder, recordingFolder } from '../../src/recording/folder.ts';
import { identify } from '../../src/recording/process-identity.ts';
import { isRecordedStill } from '../../src/recording/recorded-still.ts';
import { writeSessionFile } from '../../src/recording/write-session-file.ts';
import { sampleSession } from '../store/fixtures/samples.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let folder: RecordingFolder;
const running = identify(process.pid) ?? { pid: 0, startTicks: 0 };

beforeEach(() => {
  folder = recordingFolder(temporaryFolder(), sampleSession().id);
  mkdirSync(folder.path);
});

describe('a session', () => {
  it('is recorded as long as its wrapper runs', () => {
    writeSessionFile(folder, sampleSession({ host: hostname(), process: running }));
    expect(isRecordedStill(folder)).toBe(true);
  });

  it('is not, when another process has got the number of its wrapper', () => {
    const process = { ...running, startTicks: running.startTicks - 1 };
    writeSessionFile(folder, sampleSession({ host: hostname(), process }));
    expect(isRecordedStill(folder)).toBe(false);
  });

  it('is not known to be, on another host', () => {
    writeSessionFile(folder, sampleSession({ host: 'elsewhere', process: running }));
    expect(isRecordedStill(folder)).toBe(false);
  });

  it.each(['', '{"host', 'null', '[]', '"host"', '{}', `{"host":"${hostname()}","process":null}`])(
    'is not known to be, where its file holds %j',
    (content) => {
      writeFileSync(folder.session, content);
      expect(isRecordedStill(folder)).toBe(false);
    },
  );

  it('is not known to be, where its file is gone', () => {
    expect(isRecordedStill(folder)).toBe(false);
  });
});
