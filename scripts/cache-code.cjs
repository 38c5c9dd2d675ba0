// node dist/cache-code.js, when ridealong is built and when it is installed: has V8 keep what it compiles when the
// program starts, for this version of Node. Without that, or with another version, it starts as well, and slower.
const { spawnSync } = require('node:child_process');
const { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/** What users do most: what is compiled for it is kept. Each adds to what those before have left. */
const commandLines = [
  ['--', 'true'],
  ['sessions'],
  ['events'],
  ['show', '@last'],
  ['--pty', '--', 'sh', '-c', 'echo hello'],
  ['show', '@last', '--screen'],
];

if (require.main === module) makeCaches();
else keepWhatIsCompiled();

function makeCaches() {
  const home = mkdtempSync(join(tmpdir(), 'ridealong-'));
  try {
    mkdirSync(join(home, 'run'), { mode: 0o700 });
    const env = {
      ...process.env,
      HOME: home,
      XDG_DATA_HOME: join(home, 'data'),
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_RUNTIME_DIR: join(home, 'run'),
    };
    for (const words of commandLines) {
      spawnSync(process.execPath, ['--require', __filename, join(__dirname, 'ridealong.js'), ...words], {
        env,
        cwd: home,
        stdio: 'ignore',
      });
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** In the program itself. */
function keepWhatIsCompiled() {
  const vm = require('node:vm');
  // The cache is for a V8 as it is when the program starts.
  require('node:v8').setFlagsFromString = () => {};
  const scripts = [];
  vm.Script = class extends vm.Script {
    constructor(code, options) {
      super(code, options);
      if (options?.filename?.startsWith(__dirname)) scripts.push({ script: this, code, filename: options.filename });
    }
  };
  function keep() {
    for (const { script, code, filename } of scripts.splice(0)) {
      const cache = filename.replace(/js$/, 'cache');
      const next = `${cache}.${process.pid}`;
      const head = code.slice(0, code.indexOf('\n') + 1);
      try {
        // V8 believes what it reads: it is there whole, or not at all, whatever happens to this machine.
        writeFileSync(next, Buffer.concat([Buffer.from(head), script.createCachedData()]), { flush: true });
        renameSync(next, cache);
      } catch {
        // Somebody else's installation.
      }
    }
  }
  process.on('exit', keep);
  // A wrapper ends without Node's knowing.
  const { _extensions: extensions } = require('node:module');
  const loadNative = extensions['.node'];
  extensions['.node'] = (module, filename) => {
    loadNative(module, filename);
    const { exit } = module.exports;
    if (exit === undefined) return;
    const exitLater = (code) => {
      keep();
      exit(code);
    };
    module.exports = Object.create(module.exports, { exit: { value: exitLater } });
  };
}
