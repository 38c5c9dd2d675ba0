import { describe, expect, it } from 'vitest';
import { createDetector } from '../../../src/extract/redaction/detector.ts';
import { secretsOfEnvironment } from '../../../src/extract/redaction/environment-secrets.ts';
import { redactEvent } from '../../../src/extract/redaction/redact-event.ts';
import { redactText, redactWords } from '../../../src/extract/redaction/redact-text.ts';
import { sampleEvent } from '../../store/fixtures/samples.ts';
import { settings, usualDetector } from './support/redacting.ts';

const secret = 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6';
const token = `ghp_${secret}`;
const maskedToken = `ghp_${'*'.repeat(36)}`;

const redact = (text: string, changed: Parameters<typeof settings>[0] = {}) =>
  redactText(text, createDetector(settings(changed)));

describe('what is called a secret', () => {
  it.each([
    ['password = hunter2xyz', 'password = **********'],
    ['{"password": "p4ss w0rd", "n": 1}', '{"password": "p4ss w0rd", "n": 1}'],
    ["secret: 'Xk29fj_33kd'", "secret: '***********'"],
    ['{\\"api_key\\": \\"k9x8c7v6b5n4\\"}', '{\\"api_key\\": \\"************\\"}'],
    ['curl --token k9x8c7v6b5n4 https://acme.io', 'curl --token ************ https://acme.io'],
    ['Passwort: größer-als-7!', `Passwort: ${'*'.repeat(15)}`],
  ])('is masked, if it looks like one: %s', (text, masked) => {
    expect(redact(text)).toBe(masked);
  });

  it.each([
    'password: string;',
    'token: 12345',
    'token = await getToken(id2)',
    'password=${DB_PASSWORD}',
    'api_key: process.env.API_KEY_1',
    'secret: /run/secrets/db1.key',
    'password: changeme123',
    'const tokenKind2 = parser.kind2.of(x)',
  ])('is left alone where it is code or a placeholder: %s', (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe('personal data', () => {
  it('is an e-mail address, but of nobody and in examples', () => {
    expect(redact('from jane.doe+x@mail.acme.io to')).toBe('from ****.***+*@****.****.** to');
    for (const text of [
      'me@example.com',
      'noreply@acme.io',
      'git@github.com:a/b.git',
      'icon@2x.png',
      'a@types/node@20.1',
    ]) {
      expect(redact(text)).toBe(text);
    }
  });

  it('is a phone number, where it has its country or is called one', () => {
    expect(redact('call +49 170 1234567 or (555) 234-5678')).toBe('call +** *** ******* or (***) ***-****');
    expect(redact('Phone: 030 1234567')).toBe('Phone: *** *******');
    for (const text of ['+20261126', '2026-11-26 01:02:03', '1.234.567.890', '@@ -12,7 +1234567890 @@']) {
      expect(redact(text)).toBe(text);
    }
  });

  it('is a street address only if asked for', () => {
    const text = 'at 12 Old Mill Road, or Müllerstraße 7b';
    expect(redact(text)).toBe(text);
    expect(redact(text, { street: true })).toBe(`at ** *** **** ****, or ${'*'.repeat(14)} **`);
  });

  it('can be left alone', () => {
    expect(redact('jane@acme.io +49 170 1234567', { email: false, phone: false })).toBe('jane@acme.io +49 170 1234567');
  });
});

describe('what the user allows', () => {
  it('is left alone: values and regexes', () => {
    expect(redact(`${token} jane@acme.io`, { allow: [token] })).toBe(`${token} ****@****.**`);
    expect(redact(`${token} jane@acme.io`, { allow: ['/@ACME\\.io$/i'] })).toBe(`${maskedToken} jane@acme.io`);
  });
});

describe('the environment', () => {
  it('has secrets in variables that are called so', () => {
    expect(
      secretsOfEnvironment({
        PATH: '/usr/bin:/bin',
        PWD: '/home/me/project1',
        GITHUB_TOKEN: 'tok-123456789',
        DB_PASSWORD: 'correct-horse',
        AWS_SECRET_ACCESS_KEY: 'abcdefghijklmnop',
        SHORT_KEY: 'abc1',
        KEY_FILE: 'keys-2024-x',
        SSH_AUTH_SOCK: '/tmp/agent.1',
        MAX_TOKENS: '100000',
        SECRET_MODE: 'development',
        PEM_KEY: 'first-line-1\nsecond-line-2',
        EMPTY_TOKEN: undefined,
      }),
    ).toEqual(['tok-123456789', 'correct-horse', 'abcdefghijklmnop', 'first-line-1', 'second-line-2']);
  });
});

describe('a command line', () => {
  it('is masked word by word', () => {
    expect(
      redactWords(['deploy', '--token', 'k9x8c7v6b5n4', `--key=${token}`, 'two words', ''], usualDetector),
    ).toEqual(['deploy', '--token', '************', `--key=${maskedToken}`, 'two words', '']);
    expect(redactWords(['é', 'password=hunter2xyz', 'ü'], usualDetector)).toEqual(['é', 'password=**********', 'ü']);
  });
});

describe('an event', () => {
  it('is masked in all that it tells', () => {
    const event = sampleEvent({
      originalLine: `error: password=hunter2xyz and ${token}`,
      matchedValue: 'hunter2xyz',
      metadata: { value: 'hunter2xyz', nested: { list: [token, 7] } },
      codeBlock: {
        language: 'sh',
        content: `export T=${token}\n`,
        digest: '00',
        lineStart: 1,
        lineEnd: 1,
        closed: true,
      },
    });
    expect(redactEvent(event, usualDetector)).toMatchObject({
      originalLine: `error: password=********** and ${maskedToken}`,
      matchedValue: '**********',
      metadata: { value: '**********', nested: { list: [maskedToken, 7] } },
      codeBlock: {
        content: `export T=${maskedToken}\n`,
        digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      },
    });
  });

  it('stays as it is where there is nothing to mask', () => {
    const event = sampleEvent({ metadata: { tokens: 5 } });
    expect(redactEvent(event, usualDetector)).toEqual(event);
  });
});
