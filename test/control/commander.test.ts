import { describe, expect, it } from 'vitest';
import { type ControlledSession, createCommander } from '../../src/control/commander.ts';
import type { CommandRequest, SessionCommand, Sight } from '../../src/domain/control.ts';
import type { Deed } from '../../src/domain/deed.ts';

const text_hash = 'a'.repeat(32);
const named = { prompt_id: 7, text_hash } as const;
const prompt = {
  ...named,
  pattern: 'p',
  question: 'May I?',
  command: null,
  options: [
    { key: '1', label: 'Yes' },
    { key: '2', label: 'No' },
  ],
  sinceUs: 0,
};
const asking: Sight = { state: 'needs_input', isUnsettled: false, prompt };
const nothing: Sight = { state: 'working', isUnsettled: false };

/** A session whose screen is what the test says, look by look (the last one stays), and whose clock it moves. */
function fakeSession(
  sights: readonly (Sight | undefined)[],
  { onLook = () => undefined, lastTypedMs = -Infinity }: { onLook?: (look: number) => void; lastTypedMs?: number } = {},
) {
  const typed: string[] = [];
  const deeds: Deed[] = [];
  const clock = { nowMs: 0 };
  const child = {
    pid: 1,
    isPaused: false,
    readBytes: 0,
    pause: () => Promise.resolve(true),
    resume: () => undefined,
    signal: () => true,
    end: () => Promise.resolve({ kind: 'exited', code: 0 } as const),
    flush: () => Promise.resolve(),
    input: {
      type: (bytes: Uint8Array) => Promise.resolve(typed.push(Buffer.from(bytes).toString()) && bytes.length),
      typeNow: (bytes: Uint8Array) => typed.push(Buffer.from(bytes).toString()) && bytes.length,
      lastTypedMs,
    },
  };
  let looks = 0;
  const session: ControlledSession = {
    id: 's',
    mode: 'terminal',
    child,
    control: Promise.resolve('input'),
    look() {
      const sight = sights[Math.min(looks, sights.length - 1)];
      looks += 1;
      onLook(looks);
      return Promise.resolve(sight);
    },
    record: (deed) => deeds.push(deed),
    momentMs: (us) => us / 1000,
  };
  const perform = createCommander(session, {
    nowMs: () => clock.nowMs,
    momentNowMs: () => clock.nowMs,
    sleep: () => Promise.resolve(),
  });
  const ask = async (command: SessionCommand, name = 'me') => {
    const request: CommandRequest = { request_id: '1', expires_at: 0, by: { name, via: 'cli' }, ...command };
    const outcome = await perform(request);
    return outcome.ok ? outcome.value : outcome.failure.code;
  };
  return { ask, typed, deeds, clock, child };
}

describe('an answer', () => {
  it('is typed where its prompt stands, once, and recorded before', async () => {
    const { ask, typed, deeds } = fakeSession([asking, nothing]);
    expect(await ask({ command: 'approve', ...named })).toMatchObject({ option: 'Yes', has_left: true });
    expect(await ask({ command: 'deny', ...named })).toBe('already_answered');
    expect(typed).toEqual(['1']);
    expect(deeds).toEqual([{ command: 'approve', by: 'me', via: 'cli', ...named, option: 'Yes', bytes: 1 }]);
  });

  it.each([
    ['there is none', nothing],
    ['it is another one', { ...asking, prompt: { ...prompt, prompt_id: 8 } }],
    ['it says something else', { ...asking, prompt: { ...prompt, text_hash: 'b'.repeat(32) } }],
  ])('is refused where %s, and nothing is typed', async (_, sight) => {
    const { ask, typed, deeds } = fakeSession([sight]);
    expect(await ask({ command: 'approve', ...named })).toBe('screen_moved_on');
    expect([typed, deeds]).toEqual([[], []]);
  });

  it('waits for bytes that came while the screen was looked at, and for a screen that is being painted', async () => {
    const session = fakeSession([asking, { ...nothing, isUnsettled: true }, asking, nothing], {
      onLook: (look) => {
        if (look === 1) session.child.readBytes += 1;
      },
    });
    expect(await session.ask({ command: 'approve', ...named })).toMatchObject({ option: 'Yes' });
    expect(session.typed).toEqual(['1']);
  });

  it('is not typed as long as bytes keep coming, nor when what came took the prompt away', async () => {
    const busy = fakeSession([asking], { onLook: () => (busy.child.readBytes += 1) });
    expect(await busy.ask({ command: 'approve', ...named })).toBe('screen_moved_on');
    const gone = fakeSession([asking, nothing], { onLook: () => (gone.child.readBytes += 1) });
    expect(await gone.ask({ command: 'approve', ...named })).toBe('screen_moved_on');
    expect([...busy.typed, ...gone.typed]).toEqual([]);
  });

  it('is not typed where nobody knows the screen', async () => {
    const { ask, typed } = fakeSession([undefined]);
    expect(await ask({ command: 'approve', ...named })).toBe('not_answering');
    expect(typed).toEqual([]);
  });

  it('can be given again when its terminal took nothing', async () => {
    const { ask, typed, child } = fakeSession([asking, asking, nothing]);
    const { typeNow } = child.input;
    child.input.typeNow = () => 0;
    expect(await ask({ command: 'approve', ...named })).toBe('no_effect');
    child.input.typeNow = typeNow;
    expect(await ask({ command: 'approve', ...named })).toMatchObject({ option: 'Yes' });
    expect(typed).toEqual(['1']);
  });

  it('by Enter is not typed when the highlight may have been moved since', async () => {
    const listed = {
      ...asking,
      prompt: { ...prompt, options: [{ label: 'Allow' }, { label: 'Reject' }], sinceUs: 5000 },
    };
    const moved = fakeSession([listed], { lastTypedMs: 6 });
    expect(await moved.ask({ command: 'approve', ...named })).toBe('unknown_option');
    const untouched = fakeSession([listed, nothing], { lastTypedMs: 4 });
    expect(await untouched.ask({ command: 'approve', ...named })).toMatchObject({ option: 'Allow' });
    expect([moved.typed, untouched.typed]).toEqual([[], ['\r']]);
    const byOther = fakeSession([listed]);
    byOther.clock.nowMs = 10;
    await byOther.ask({ command: 'send_input', text: 'x' });
    expect(await byOther.ask({ command: 'approve', ...named })).toBe('unknown_option');
  });
});

describe('the lease', () => {
  it('is who typed last, for ten seconds, and each use prolongs it', async () => {
    const { ask, typed, clock } = fakeSession([asking]);
    const type = (name: string) => ask({ command: 'send_input', text: name }, name);
    expect(await type('one')).toMatchObject({ lease: { holder: { name: 'one' } } });
    clock.nowMs = 9_999;
    expect(await type('two')).toBe('lease_held');
    expect(await ask({ command: 'deny', ...named }, 'two')).toBe('lease_held');
    expect(await type('one')).toMatchObject({ lease: { expires_at: new Date(19_999).toISOString() } });
    clock.nowMs = 19_998;
    expect(await type('two')).toBe('lease_held');
    clock.nowMs = 19_999;
    expect(await type('two')).toMatchObject({ lease: { holder: { name: 'two' } } });
    expect(typed).toEqual(['one', 'one', 'two']);
  });

  it('is not needed to stop a session', async () => {
    const { ask } = fakeSession([nothing]);
    await ask({ command: 'send_input', text: 'x' }, 'one');
    expect(await ask({ command: 'pause' }, 'two')).toEqual({ command: 'pause', paused: true });
  });
});
