import { exitCodes } from '../../domain/failure.ts';
import { defineCommand } from '../command.ts';
import { checkConfig } from '../doctor/check-config.ts';
import { checkDatabase } from '../doctor/check-database.ts';
import { checkNativeParts } from '../doctor/check-native-parts.ts';
import { checkPacks } from '../doctor/check-packs.ts';
import { checkPaths } from '../doctor/check-paths.ts';
import { checkVersions } from '../doctor/check-versions.ts';
import { report } from '../doctor/report.ts';
import { readPackPlaces } from '../pack-places.ts';
import { packageRoot } from '../package-root.ts';
import { findingsText } from '../output/findings-text.ts';
import { json } from '../output/json.ts';
import { readingOptions } from '../reading-options.ts';
import { refuse } from '../terminal.ts';

const reportNames = ['performance', 'isolation', 'stats'] as const;

export const doctorCommand = defineCommand({
  name: 'doctor',
  describe: 'Check that everything is in place, and say how to fix what is not',
  operands: [],
  options: {
    performance: {
      type: 'boolean',
      describe: 'Measure instead how long recording, storing, reading and deleting take',
    },
    isolation: { type: 'boolean', describe: 'Prove instead that two sessions see nothing of each other' },
    stats: { type: 'boolean', describe: 'Count instead what there is: by age, by type, and the largest sessions' },
    json: readingOptions.json,
  },
  examples: [
    ['ridealong doctor', 'exit code 1 if something is broken'],
    ['ridealong doctor --performance', 'exit code 1 if something is too slow'],
  ],
  async run(options, _operands, context) {
    const { terminal, paths } = context;
    const [wanted, ...more] = reportNames.filter((name) => options[name] === true);
    if (more.length > 0) {
      const message = `ask for one at a time: ${reportNames.map((name) => `--${name}`).join(', ')}`;
      return refuse(terminal, { reason: 'usage', message });
    }
    if (wanted !== undefined) return report(wanted, options.json === true, context);
    const findings = [
      ...checkVersions(process.versions.node),
      ...checkNativeParts(packageRoot()),
      ...checkPaths(paths),
      ...checkConfig(paths.config),
      ...(await checkDatabase(paths.database)),
      ...checkPacks(await readPackPlaces(paths)),
    ];
    await terminal.write(options.json === true ? json(findings) : findingsText(findings, terminal));
    return findings.some(({ verdict }) => verdict === 'fail') ? exitCodes.failure : 0;
  },
});
