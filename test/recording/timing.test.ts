import { describe, expect, it } from 'vitest';
import { deedOf, maxInputBytes } from '../../src/domain/control.ts';
import { formatTiming, parseTiming } from '../../src/recording/timing.ts';

describe('what was done to a session, in its timing', () => {
  const by = { name: 'phone', via: 'websocket', pid: 4_194_304, peer: '127.0.0.1:65535' } as const;

  it('is read as it was written', () => {
    const deed = deedOf('send_input', by, { bytes: maxInputBytes });
    const line = formatTiming({ kind: 'control', timeUs: 3_500_000, deed }, 1_250_000);
    expect(line).toBe(
      'H 2.250000 CONTROL {"command":"send_input","by":"phone","via":"websocket","pid":4194304,' +
        '"peer":"127.0.0.1:65535","bytes":8192}\n',
    );
    expect(parseTiming(line.trimEnd(), 1_250_000)).toEqual({ kind: 'control', timeUs: 3_500_000, deed });
  });

  it('is ASCII on one line that a reader holds, whatever an option is called', () => {
    const option = '✓\n"Ja"\u0007'.repeat(10);
    const particulars = { prompt_id: Number.MAX_SAFE_INTEGER, text_hash: 'f'.repeat(32), option, bytes: 1 };
    const line = formatTiming(
      { kind: 'control', timeUs: 1, deed: deedOf('approve', { ...by, name: 'n'.repeat(40) }, particulars) },
      0,
    );
    expect(line).toMatch(/^[ -~]+\n$/);
    expect(line.length).toBeLessThan(1024);
    expect(parseTiming(line.trimEnd(), 0)).toMatchObject({ deed: { option } });
  });

  it.each(['', '{', '[]', 'null', '"x"', '{"command":"pause"}', '{"command":"pause","by":"x","via":"cli","pid":{}}'])(
    'is passed over where it is no deed: %s',
    (json) => {
      expect(parseTiming(`H 1.000000 CONTROL ${json}`, 0)).toEqual({ kind: 'other', timeUs: 1_000_000 });
    },
  );
});
