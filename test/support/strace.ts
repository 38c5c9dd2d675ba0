import { spawnSync } from 'node:child_process';

/** Why system calls cannot be watched, or held up, here; empty where they can. */
export const noStrace = spawnSync('strace', ['-V']).status === 0 ? '' : '(strace is not installed)';
