import { type IForbiddenRuleType, cruise } from 'dependency-cruiser';
import { houseRules, mainThreadRules } from './house-rules.ts';

/** What in src/ of this folder breaks which rule of the house, as `rule: from -> to`. */
export async function violationsIn(baseDir: string): Promise<string[]> {
  const found = await Promise.all([
    // With imports of types only: who speaks another's language knows him, too.
    breaches(baseDir, houseRules, { tsPreCompilationDeps: true }),
    breaches(baseDir, mainThreadRules, { tsPreCompilationDeps: false, exclude: { dynamic: true } }),
  ]);
  return [...new Set(found.flat())].sort();
}

async function breaches(
  baseDir: string,
  rules: readonly IForbiddenRuleType[],
  options: { tsPreCompilationDeps: boolean; exclude?: { dynamic: boolean } },
): Promise<string[]> {
  const { output } = await cruise(['src'], {
    ...options,
    baseDir,
    validate: true,
    ruleSet: { forbidden: [...rules] },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  });
  if (typeof output === 'string') throw new Error(`the cruise gave text instead of a result: ${output}`);
  if (output.summary.totalCruised === 0) throw new Error(`there is nothing in ${baseDir}/src`);
  return output.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
}
