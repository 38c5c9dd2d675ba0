import { existsSync } from 'node:fs';
import { loadConfig } from '../../load-config.ts';
import type { Finding } from './finding.ts';

/** Whether the config file says something that is understood. */
export function checkConfig(file: string): Finding[] {
  const check = 'config';
  const [first, ...more] = loadConfig(file).complaints;
  if (first === undefined) return [{ check, verdict: 'ok', found: existsSync(file) ? file : `${file}, not there` }];
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  const found = `${first.file}:${first.line}:${first.column}: ${first.message}${others}`;
  return [{ check, verdict: 'warn', found, fix: 'mend it; until then all settings are the defaults' }];
}
