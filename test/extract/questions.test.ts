import { describe, expect, it } from 'vitest';
import type { Pack, Question } from '../../src/domain/pattern.ts';
import {
  answerEvent,
  createQuestionWatch,
  promptOf,
  questionEvent,
  type QuestionNews,
} from '../../src/extract/questions.ts';

const numbered: Question = {
  id: 'permission_prompt',
  question: '^(?:Do you want|Would you like) to .*\\?$',
  option: '^(?:[❯›] )?(?<key>\\d)\\. (?<label>.+)$',
  command: '^\\$ (?<command>.+)$',
  executions: {},
  risk: 'medium',
  autoConfirmable: false,
  examples: { match: [], noMatch: [] },
};
const inline: Question = {
  ...numbered,
  id: 'inline_prompt',
  question: '^Approve tool call\\?',
  option: '\\[(?<key>[yn])\\](?<label>)',
};
const buttons: Question = {
  ...numbered,
  id: 'buttons',
  question: '^△ Permission required$',
  option: '(?:^| {2,})(?<label>Allow once|Allow always|Reject)(?= {2,}|$)',
};

const pack = (...questions: Question[]): Pack => ({
  name: 'test',
  version: '1',
  agents: ['*'],
  sections: [],
  patterns: [],
  messages: [],
  questions,
  digest: '',
});

function newWatch(...questions: Question[]) {
  const watch = createQuestionWatch([pack(...questions)]);
  let offset = 0;
  return {
    watch,
    show(timeMs: number, ...texts: string[]) {
      offset += 1;
      watch.see({ timeUs: timeMs * 1000, offset, form: 'screen', lines: texts.map((text) => ({ text })) });
    },
    at: (timeMs: number) => watch.clock(timeMs * 1000),
  };
}

const kinds = (news: readonly QuestionNews[]) => news.map(({ kind, timeUs }) => [kind, timeUs / 1000]);
const dialog = ['● I will run it.', 'Do you want to proceed?', '$ ls -la', '❯ 1. Yes', '2. No', 'Esc to cancel'];

describe('a question on the screen', () => {
  it('is asked when it has stood there for 60 ms, with its command and its options', () => {
    const { show, at, watch } = newWatch(numbered);
    show(1000, ...dialog);
    expect(watch.nextUs).toBe(1_060_000);
    expect(at(1059)).toEqual([]);
    expect(at(1060)).toMatchObject([
      {
        kind: 'asked',
        timeUs: 1_060_000,
        question: {
          text: 'Do you want to proceed?',
          command: 'ls -la',
          options: [
            { key: '1', label: 'Yes' },
            { key: '2', label: 'No' },
          ],
        },
      },
    ]);
    expect(watch.nextUs).toBeUndefined();
  });

  it('reaches from the question to its last option, and to the hints below', () => {
    const { show, at } = newWatch(numbered);
    show(0, ...dialog, 'Tab to amend', 'something else');
    expect(at(60).map(({ question }) => [...question.lines])).toEqual([[...dialog.slice(1), 'Tab to amend']]);
  });

  it('is asked once, whatever else changes on the screen, and whichever option is chosen', () => {
    const { show, at } = newWatch(numbered);
    show(0, ...dialog);
    expect(kinds(at(100))).toEqual([['asked', 60]]);
    show(200, '○ I will run it.', ...dialog.slice(1));
    show(300, 'Do you want to proceed?', '$ ls -la', '1. Yes', '❯ 2. No');
    expect(at(1000)).toEqual([]);
  });

  it('is answered when it is gone for 60 ms, at the time when it went', () => {
    const { show, at } = newWatch(numbered);
    show(0, ...dialog);
    expect(kinds(at(60))).toEqual([['asked', 60]]);
    show(500, '● I will run it.');
    expect(at(559)).toEqual([]);
    expect(at(560)).toMatchObject([{ kind: 'answered', timeUs: 500_000, offset: 2 }]);
  });

  it('is still asked when the screen only flickered', () => {
    const { show, at } = newWatch(numbered);
    show(0, ...dialog);
    expect(kinds(at(60))).toEqual([['asked', 60]]);
    show(500);
    show(530, ...dialog);
    expect(at(1000)).toEqual([]);
  });

  it('is not asked before it has options', () => {
    const { show, at } = newWatch(numbered);
    show(0, 'Do you want to proceed?');
    show(30, 'Do you want to proceed?', '1. Yes');
    expect(at(100)).toEqual([]);
  });

  it('is asked again for another command', () => {
    const { show, at } = newWatch(numbered);
    show(0, ...dialog);
    expect(kinds(at(60))).toEqual([['asked', 60]]);
    show(500, 'Do you want to proceed?', '$ rm x', '1. Yes', '2. No');
    expect(kinds(at(560))).toEqual([
      ['answered', 500],
      ['asked', 560],
    ]);
  });

  it('may have its command above, its keys in brackets, or buttons in a row', () => {
    const above = newWatch(inline);
    above.show(0, '$ make test', 'Approve tool call? [y] [n]');
    expect(above.at(60)).toMatchObject([
      { question: { text: 'Approve tool call?', command: 'make test', options: [{ key: 'y' }, { key: 'n' }] } },
    ]);
    const row = newWatch(buttons);
    row.show(0, '△ Permission required', '$ ls', 'Allow once   Allow always   Reject     enter confirm');
    expect(row.at(60)).toMatchObject([
      { question: { options: [{ label: 'Allow once' }, { label: 'Allow always' }, { label: 'Reject' }] } },
    ]);
  });

  it('is the lowest one that has options', () => {
    const { show, at } = newWatch(numbered);
    show(
      0,
      'Do you want to go?',
      '1. Yes',
      '2. No',
      'Do you want to stay?',
      '1. Yes',
      '2. No',
      'Would you like to hm?',
    );
    expect(at(60)).toMatchObject([{ question: { text: 'Do you want to stay?' } }]);
  });
});

describe('the question that waits', () => {
  const screen = (...texts: string[]) =>
    ({ timeUs: 0, offset: 99, form: 'screen', lines: texts.map((text) => ({ text })) }) as const;

  it('stands on a screen that still asks it, with the options that are there now', () => {
    const { watch, show, at } = newWatch(numbered);
    show(0, ...dialog);
    expect(watch.standingOn(screen(...dialog))).toBeUndefined();
    at(60);
    expect(watch.standingOn(screen('once more', ...dialog.slice(1), '3. Never'))).toMatchObject({
      offset: 1,
      sinceUs: 0,
      question: { options: [{ key: '1' }, { key: '2' }, { key: '3', label: 'Never' }] },
    });
  });

  it('does not stand on one that asks something else, or nothing', () => {
    const { watch, show, at } = newWatch(numbered);
    show(0, ...dialog);
    at(60);
    expect(watch.standingOn(screen('Do you want to proceed?', '$ rm -rf /', '1. Yes', '2. No'))).toBeUndefined();
    expect(watch.standingOn(screen('● Done.'))).toBeUndefined();
  });

  it('is asked with options that were painted a moment after it', () => {
    const { show, at } = newWatch(numbered);
    show(0, ...dialog.slice(0, 5));
    show(30, ...dialog.slice(0, 5), '3. Never');
    expect(at(60)).toMatchObject([{ kind: 'asked', timeUs: 60_000, question: { options: [{}, {}, { key: '3' }] } }]);
  });
});

describe('the events of a question', () => {
  const place = { stream: 'stdout', offset: 1, endOffset: 2, lineNumber: 3, timeUs: 4 } as const;
  const asked = () => {
    const { show, at } = newWatch(numbered);
    show(0, ...dialog);
    const [news] = at(60);
    if (!news) throw new Error('nothing was asked');
    return news.question;
  };

  it('tell what was asked, about what, and how it can be answered', () => {
    expect(questionEvent(asked(), place)).toEqual({
      ...place,
      type: 'permission',
      pattern: 'permission_prompt',
      risk: 'medium',
      autoConfirmable: false,
      matchedValue: 'Do you want to proceed?',
      originalLine: 'Do you want to proceed?',
      metadata: {
        command: 'ls -la',
        options: [
          { key: '1', label: 'Yes' },
          { key: '2', label: 'No' },
        ],
        text_hash: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      },
    });
  });

  it('name it by what was asked and what may be answered', () => {
    const question = asked();
    const hashOf = (changes: Partial<typeof question>) =>
      promptOf({ question: { ...question, ...changes }, offset: 7 }).text_hash;
    expect(promptOf({ question, offset: 7 })).toMatchObject({ prompt_id: 7, command: 'ls -la' });
    expect(questionEvent(question, place).metadata?.['text_hash']).toBe(hashOf({}));
    const others = [{ command: 'ls' }, { text: 'Really?' }, { options: question.options.toReversed() }];
    expect(new Set([{}, ...others].map(hashOf)).size).toBe(4);
  });

  it('tell what was granted', () => {
    expect(answerEvent(asked(), 'granted', place)).toMatchObject({
      type: 'permission',
      pattern: 'permission_granted',
      matchedValue: 'ls -la',
      metadata: { command: 'ls -la' },
    });
  });
});
