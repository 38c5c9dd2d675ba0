import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultSettings, pathsFrom } from '../src/domain/config.ts';
import { loadConfig } from '../src/load-config.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

function configOf(yaml: string) {
  const file = join(temporaryFolder(), 'config.yaml');
  writeFileSync(file, yaml);
  const { settings, complaints } = loadConfig(file);
  return { settings, complaints: complaints.map(({ line, column, message }) => `${line}:${column}: ${message}`) };
}

describe('the config file', () => {
  it('is in the user’s config folder', () => {
    expect(pathsFrom({ HOME: '/home/me' }, '/work').config).toBe('/home/me/.config/ridealong/config.yaml');
    expect(pathsFrom({ HOME: '/home/me', XDG_CONFIG_HOME: '/etc/me' }, '/work').config).toBe(
      '/etc/me/ridealong/config.yaml',
    );
  });

  it('need not be there', () => {
    expect(loadConfig('/nowhere/config.yaml')).toEqual({ settings: defaultSettings, complaints: [] });
  });

  it('sets what it names, and the rest stays as it is', () => {
    const yaml = [
      'states:',
      '  idle_after_ms: 5000',
      'verdicts: { stalled_after_ms: 60000 }',
      'fail_on: [stalled, json-cut]',
      'kill_after_ms: 600000',
      'serve: { enabled: true, port: 9000 }',
    ].join('\n');
    expect(configOf(yaml)).toEqual({
      settings: {
        ...defaultSettings,
        idleAfterMs: 5_000,
        stalledAfterMs: 60_000,
        failOn: ['stalled', 'json-cut'],
        serve: { enabled: true, port: 9000 },
        killAfterMs: 600_000,
      },
      complaints: [],
    });
    expect(configOf('states: { attention_after_ms: 7 }\nverdicts: { hung_after_ms: 8 }').settings).toEqual({
      ...defaultSettings,
      attentionAfterMs: 7,
      hungAfterMs: 8,
    });
  });

  it('tells what is masked', () => {
    const yaml = "redaction:\n  enabled: true\n  allow: [me@acme.io, '/^test_/i']\n  phone: false\n  street: true\n";
    expect(configOf(yaml)).toEqual({
      settings: {
        ...defaultSettings,
        redaction: { enabled: true, allow: ['me@acme.io', '/^test_/i'], email: true, phone: false, street: true },
      },
      complaints: [],
    });
    expect(configOf('redaction: { enabled: false }').settings.redaction.enabled).toBe(false);
  });

  it('sets how long what is kept, for all and for an agent', () => {
    const yaml = [
      'retention:',
      '  recordings_max_age_days: 30',
      '  max_total_bytes: unlimited',
      '  agents: { codex: { max_age_days: 7 }, constructor: {} }',
    ].join('\n');
    expect(configOf(yaml)).toEqual({
      settings: {
        ...defaultSettings,
        retention: {
          maxAgeDays: 90,
          recordingsMaxAgeDays: 30,
          maxTotalBytes: Infinity,
          agents: { codex: { maxAgeDays: 7 }, constructor: {} },
        },
      },
      complaints: [],
    });
  });

  it('sets how large a recording may become', () => {
    const limitIn = (yaml: string) => configOf(yaml).settings.maxRecordingBytes;
    expect(limitIn('recording: { max_bytes: 2000000 }')).toBe(2_000_000);
    expect(limitIn('recording: { max_bytes: unlimited }')).toBe(Infinity);
    expect(limitIn('recording: {}')).toBe(1024 ** 3);
  });

  it('tells which commands run under which lease', () => {
    const yaml = [
      'leases:',
      '  ttl_ms: 5000',
      '  take:',
      '    - { name: app, agent: codex, directory: ~/work/app }',
      '    - { name: tmp, directory: /tmp }',
      '    - { name: claude, agent: claude }',
    ].join('\n');
    expect(configOf(yaml)).toEqual({
      settings: {
        ...defaultSettings,
        leases: {
          ttlMs: 5000,
          take: [
            { name: 'app', agent: 'codex', directory: `${homedir()}/work/app` },
            { name: 'tmp', directory: '/tmp' },
            { name: 'claude', agent: 'claude' },
          ],
        },
      },
      complaints: [],
    });
    expect(configOf('leases: {}').settings.leases).toEqual({ ttlMs: 30_000, take: [] });
  });

  it('may be empty', () => {
    expect(configOf('# nothing yet\n')).toEqual({ settings: defaultSettings, complaints: [] });
  });

  it.each([
    ['redaction:\n  emails: false', ['2:3: unknown key `emails`: did you mean `email`?']],
    ['redaction:\n  email: no way', ['2:10: `email` must be of type boolean']],
    ["redaction:\n  allow: [ok, '/(/']", ['2:15: `allow`: holds no valid regex between its slashes']],
    ['verdict:\n  hung_after_ms: 1', ['1:1: unknown key `verdict`: did you mean `verdicts`?']],
    ['verdicts:\n  stall_after_ms: 1', ['2:3: unknown key `stall_after_ms`: did you mean `stalled_after_ms`?']],
    [
      'fail_on: [stalled, cutt]',
      ['1:20: `fail_on` takes `hung`, `stalled`, `cut`, `json-cut`, `exit-zero`, `truncated`: did you mean `cut`?'],
    ],
    ['fail_on: cut', ['1:10: `fail_on` must be of type array']],
    [
      'kill_after_ms: 10m\nstates: { idle_after_ms: -1 }',
      [
        '2:26: `idle_after_ms` must be a whole number of milliseconds, from 1 up to a day (86400000)',
        '1:16: `kill_after_ms` must be a whole number of milliseconds, from 1 up to a day (86400000)',
      ],
    ],
    ['recording:\n  max_bytes: 1000', ['2:14: `max_bytes` must be a whole number from 1048576 up, or `unlimited`']],
    ['recording:\n  max_byte: 1', ['2:3: unknown key `max_byte`: did you mean `max_bytes`?']],
    ['retention:\n  max_age_day: 1', ['2:3: unknown key `max_age_day`: did you mean `max_age_days`?']],
    [
      'retention:\n  agents:\n    codex: { max_age_days: 0, agents: {} }',
      ['3:28: `max_age_days` must be a whole number from 1 up, or `unlimited`', '3:31: unknown key `agents`'],
    ],
    ['leases: { takes: [] }', ['1:11: unknown key `takes`: did you mean `take`?']],
    [
      'leases:\n  take:\n    - { nam: a }',
      ['3:7: `name` must be of type string', '3:9: unknown key `nam`: did you mean `name`?'],
    ],
    ['leases: { take: [{ name: a b }] }', ['1:26: `name`: takes up to 64 letters, digits, ".", "_" and "-"']],
    ['leases: { take: [{ name: a, directory: app }] }', ['1:40: `directory`: must begin with `/` or `~/`']],
    ['- 1', ['1:1: the file must be of type object']],
    ['states: &a { idle_after_ms: 1 }\nverdicts: *a', ['1:1: aliases (`*name`) are not allowed: write it out']],
    ['x'.repeat(70_000), ['1:1: the file is larger than 64 KiB']],
  ])('with a mistake is left aside, and the mistake is told with its place: %.40s', (yaml, complaints) => {
    expect(configOf(yaml)).toEqual({ settings: defaultSettings, complaints });
  });

  it('that is no YAML is told where', () => {
    expect(configOf('states:\n  idle_after_ms: [1').complaints[0]).toMatch(/^2:\d+: /);
  });

  it('that cannot be read is told', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'config.yaml'));
    chmodSync(folder, 0o700);
    expect(loadConfig(join(folder, 'config.yaml')).complaints[0]?.message).toContain('cannot be read: ');
  });
});
