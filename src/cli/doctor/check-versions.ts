import { createRequire } from 'node:module';
import type { Finding } from './finding.ts';
import { version } from '../version.ts';

const leastNode = [20, 19] as const;

/** Our version, Node's, and those of the native packages. */
export function checkVersions(nodeVersion: string): Finding[] {
  return [
    { check: 'ridealong', verdict: 'ok', found: version },
    checkNode(nodeVersion),
    checkPackage('better-sqlite3'),
    checkPackage('node-pty'),
  ];
}

function checkNode(nodeVersion: string): Finding {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  const isEnough = major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1]);
  const found = { check: 'node', found: nodeVersion } as const;
  return isEnough
    ? { ...found, verdict: 'ok' }
    : { ...found, verdict: 'fail', fix: `install Node ${leastNode.join('.')} or newer` };
}

function checkPackage(name: string): Finding {
  try {
    const manifest = createRequire(import.meta.filename)(`${name}/package.json`) as { version: string };
    return { check: name, verdict: 'ok', found: manifest.version };
  } catch {
    return { check: name, verdict: 'fail', found: 'not installed', fix: 'install ridealong again' };
  }
}
