#!/usr/bin/env node
import { exitCodeOf } from '../domain/failure.ts';
import { suggestCommand } from './did-you-mean.ts';
import { printableLine } from '../domain/printable.ts';
import { parseCommandLine } from './wrap-arguments.ts';

// The child comes first: a wrapping run loads neither yargs nor tables nor the store.
void main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<void> {
  const invocation = parseCommandLine(words);
  if (!invocation.ok) {
    process.stderr.write(`ridealong: ${printableLine(invocation.failure.message)}\n`);
    process.exitCode = exitCodeOf(invocation.failure);
    return;
  }
  switch (invocation.value.kind) {
    case 'wrap': {
      const { run } = await import('../run.ts');
      await run(invocation.value.options, { suggestCommand });
      break;
    }
    case 'pipe': {
      const { runPipe } = await import('../run.ts');
      await runPipe(invocation.value.options);
      break;
    }
    case 'other': {
      const { runCommand } = await import('./commands.ts');
      process.exitCode = await runCommand(words);
    }
  }
}
