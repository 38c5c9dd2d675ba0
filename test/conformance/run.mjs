// npm run conformance [-- <command…>]: without a command, the whole suite; with one,
// that command bare and wrapped, side by side.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = new URL('../../', import.meta.url);
const command = process.argv.slice(2);
if (command.length === 0) {
  const vitest = fileURLToPath(new URL('node_modules/vitest/vitest.mjs', root));
  const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/conformance', '--maxWorkers=2'], {
    cwd: fileURLToPath(root),
    stdio: 'inherit',
  });
  process.exit(status ?? 1);
}

const outfile = fileURLToPath(new URL('build/conformance.mjs', root));
mkdirSync(new URL('build/', root), { recursive: true });
await build({
  entryPoints: [fileURLToPath(new URL('compare-command.ts', import.meta.url))],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
});
process.env['RIDEALONG_ROOT'] = fileURLToPath(root);
const { compareCommand } = await import(outfile);
process.exit((await compareCommand(command)) ? 0 : 1);
