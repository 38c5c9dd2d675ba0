/** Names that agents write behind a fence, by the language they mean. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  bash: ['sh', 'shell', 'zsh', 'console', 'shell-session', 'shellscript'],
  c: ['h'],
  cpp: ['c++', 'cc', 'cxx', 'hpp'],
  csharp: ['cs', 'c#'],
  css: [],
  diff: ['patch'],
  dockerfile: ['docker'],
  go: ['golang'],
  html: ['htm'],
  java: [],
  javascript: ['js', 'mjs', 'cjs', 'node'],
  json: ['json5', 'jsonc'],
  jsx: [],
  kotlin: ['kt'],
  makefile: ['make'],
  markdown: ['md'],
  php: [],
  powershell: ['ps1', 'pwsh'],
  python: ['py', 'python3', 'py3'],
  ruby: ['rb'],
  rust: ['rs'],
  sql: [],
  swift: [],
  toml: [],
  tsx: [],
  typescript: ['ts', 'mts', 'cts'],
  xml: [],
  yaml: ['yml'],
};

/** Where a language's files do not end in its name. */
const extensions: Readonly<Record<string, string>> = {
  bash: 'sh',
  csharp: 'cs',
  dockerfile: 'Dockerfile',
  javascript: 'js',
  kotlin: 'kt',
  makefile: 'mk',
  markdown: 'md',
  powershell: 'ps1',
  python: 'py',
  ruby: 'rb',
  rust: 'rs',
  typescript: 'ts',
};

const languages = new Map(
  Object.entries(aliases).flatMap(([language, names]) => [language, ...names].map((name) => [name, language] as const)),
);

/** The one name of a language: `py` is `python`. A name that is not known stands for itself. */
export function languageOf(name: string): string {
  const lower = name.toLowerCase();
  return languages.get(lower) ?? lower;
}

/** What a file in this language ends in; `txt` for a language that is not known, whatever it is called. */
export function extensionOf(name: string): string {
  const language = languageOf(name);
  return Object.hasOwn(aliases, language) ? (extensions[language] ?? language) : 'txt';
}
