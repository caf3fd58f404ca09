import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { liveMiner } from '../support/cli.ts'
import { runMiner, spawnMiner } from '../support/miner-process.ts'
import { linkedPlugins, type PackageFiles, type PluginFolder, shout, writePackage } from '../support/plugins.ts'

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))
const minerFile = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

describe('changing plugins', function () {
  // Each case runs npm several times.
  this.timeout(600_000)
  let plugins: PluginFolder
  beforeEach(() => {
    plugins = linkedPlugins({})
  })
  afterEach(() => plugins[Symbol.dispose]())

  const miner = (...args: string[]) => spawnMiner(args, { env: plugins.env })
  const json = async (...args: string[]) => JSON.parse((await miner(...args, '--json')).stdout)
  const inNodeModules = (name: string) => join(plugins.folder, 'data/node_modules', name)
  const listed = async () => (await json('plugins')).plugins.map(({ name }: { name: string }) => name)

  /** Writes a package that npm can install from its folder. */
  function packaged(name: string, about: object = {}, files: Record<string, string> = {}): string {
    const folder = join(plugins.folder, 'packages', name)
    const oclif = { contract: 1, miners: { [name.replace('miner-', '')]: './index.js' } }
    const source = String(shout['index.js']).replace("'shout'", `'${name.replace('miner-', '')}'`)
    writePackage(folder, name, { 'package.json': { oclif, ...about }, 'index.js': source, ...files } as PackageFiles)
    return folder
  }

  /** Packs it into an archive, the same for each version. */
  function packed(name: string, about: object = {}): string {
    const archive = join(plugins.folder, `${name}.tgz`)
    const cwd = packaged(name, about)
    const made = execFileSync('npm', ['pack', '--silent', '--pack-destination', plugins.folder], {
      cwd,
      encoding: 'utf8',
    })
    renameSync(join(plugins.folder, made.trim()), archive)
    return archive
  }

  it('waits for its turn: of four installs at the same time none is lost, nor by the next one', async () => {
    const names = ['miner-a', 'miner-b', 'miner-c', 'miner-d']
    const folders = names.map(name => packaged(name))
    const installs = await Promise.all(folders.map(folder => miner('plugins:install', folder)))
    for (const { code, stderr } of installs) assert.equal(code, 0, stderr)
    assert.ok(
      installs.some(({ stderr }) =>
        /^waiting for another command to finish: miner plugins:install, process \d+ on /m.test(stderr),
      ),
    )
    assert.deepEqual(await listed(), names)
    assert.equal((await miner('plugins:install', packaged('miner-e'))).code, 0)
    assert.deepEqual(await listed(), [...names, 'miner-e'])
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      assert.equal((await miner('prompt', '--use', name, 'hi')).stdout, 'HI!\n')
    assert.ok(!existsSync(join(plugins.folder, 'data/plugins.lock')))
  })

  it('ends npm with it, and leaves no lock that another would wait for', async () => {
    const script = "require('fs').writeFileSync('started', ''); setInterval(() => {}, 1e6)"
    const slow = packaged('miner-slow', { scripts: { preinstall: `node -e "${script}"` } })
    const env = { ...plugins.env }
    await using run = liveMiner(['plugins:install', slow], { env })
    await run.says('npm installs')
    while (!existsSync(join(slow, 'started'))) await setTimeout(50)
    run.child.kill('SIGTERM')
    const { signal } = await run.ended
    assert.equal(signal, 'SIGTERM')
    const { code, stderr } = await miner('plugins:install', packaged('miner-a'))
    assert.equal(code, 0, stderr)
    assert.doesNotMatch(stderr, /waiting/)
    assert.deepEqual(await listed(), ['miner-a'])
  })

  it('can be stopped while it waits, and leaves the lock to its holder', async () => {
    const lock = join(plugins.folder, 'data/plugins.lock')
    const held = JSON.stringify({
      token: 'theirs',
      command: 'plugins:update',
      pid: 1,
      place: 'elsewhere',
      host: 'other',
    })
    writeFileSync(lock, held)
    await using run = liveMiner(['plugins:install', 'miner-a'], { env: { ...plugins.env } })
    await run.says('waiting for another command to finish: miner plugins:update, process 1 on other\n')
    run.child.kill('SIGINT')
    assert.equal((await run.ended).signal, 'SIGINT')
    assert.equal(readFileSync(lock, 'utf8'), held)
  })

  it('tells what it did, in words and as JSON', async () => {
    const archive = packed('miner-a')
    assert.equal((await miner('plugins:install', archive)).stdout, 'installed miner-a 1.0.0\n')
    packed('miner-a', { version: '1.1.0' })
    assert.equal((await miner('plugins:update')).stdout, 'miner-a 1.0.0 → 1.1.0\n')
    assert.equal((await miner('plugins:update', 'miner-a')).stdout, 'miner-a 1.1.0 is up to date\n')
    const unchanged = { plugins: [{ name: 'miner-a', version: '1.1.0', previous: '1.1.0' }] }
    assert.deepEqual(await json('plugins:update'), unchanged)
    assert.deepEqual(await json('plugins:install', packaged('miner-b', { version: '2.0.0' })), {
      plugins: [{ name: 'miner-b', version: '2.0.0', previous: null }],
    })
    const linked = packaged('miner-c')
    assert.equal((await miner('plugins:link', linked, '--no-install')).stdout, 'linked miner-c 1.0.0\n')
    assert.deepEqual((await json('plugins')).plugins, [
      {
        name: 'miner-a',
        version: '1.1.0',
        type: 'npm',
        path: inNodeModules('miner-a'),
        url: `file:${archive}`,
        miners: ['a'],
        dialects: [],
        commands: [],
      },
      {
        name: 'miner-b',
        version: '2.0.0',
        type: 'npm',
        path: inNodeModules('miner-b'),
        url: `file:${join(plugins.folder, 'packages/miner-b')}`,
        miners: ['b'],
        dialects: [],
        commands: [],
      },
      { name: 'miner-c', version: '1.0.0', type: 'link', path: linked, miners: ['c'], dialects: [], commands: [] },
    ])
    const { stdout } = await miner('plugins')
    assert.match(
      stdout,
      /^NAME +VERSION +FROM\nminer-a +1\.1\.0 +file:\/.*\nminer-b +2\.0\.0 +file:\/.*\nminer-c +1\.0\.0 +\//,
    )
    assert.deepEqual(await json('plugins:uninstall', 'miner-a', linked), {
      plugins: [
        { name: 'miner-a', version: null, previous: '1.1.0' },
        { name: 'miner-c', version: null, previous: '1.0.0' },
      ],
    })
    assert.deepEqual(await listed(), ['miner-b'])
    assert.ok(existsSync(join(linked, 'package.json')))
    const again = await miner('plugins:reset', '--hard', '--reinstall')
    assert.equal(again.stdout, 'miner-b 2.0.0 is up to date\n')
    assert.equal((await miner('plugins:reset')).stdout, 'uninstalled miner-b 2.0.0\n')
    assert.equal((await miner('plugins')).stdout, 'No plugins installed.\n')
  })

  it('tells what it installed before one of several failed, and completes it', async () => {
    const specs = [packaged('miner-a'), packaged('miner-b', { oclif: undefined }), packaged('miner-c')]
    const { code, stdout } = await miner('plugins:install', ...specs, '--json')
    assert.equal(code, 2)
    const { error } = JSON.parse(stdout)
    assert.equal(error.code, 'NO_PLUGIN')
    assert.deepEqual(error.plugins, [{ name: 'miner-a', version: '1.0.0', previous: null }])
    assert.deepEqual(await listed(), ['miner-a'])
    const completion = readFileSync(join(plugins.folder, 'cache/autocomplete/functions/bash/miner.bash'), 'utf8')
    assert.match(completion, /'--mark'/)
  })

  it('names a package with install scripts, whichever folder it is linked from', async () => {
    const scripts = { postinstall: 'true' }
    const root = packaged('deep/er/miner-a', { name: 'miner-a', scripts })
    const { code, stderr } = await miner('plugins:install', root)
    assert.equal(code, 0, stderr)
    assert.match(stderr, /^packages with install scripts: miner-a$/m)
  })

  for (const setting of [
    'npm_config_global=true',
    'npm_config_location=global',
    'npm_config_dry_run=true',
    'npm_config_package_lock_only=true',
    'npm_config_save=false',
    'npm_config_save_dev=true',
    'NPM_CONFIG_WORKSPACE=site',
    'npm_config_allow_scripts=other',
  ])
    it(`installs in its folder, whatever npm is told to do elsewhere: ${setting}`, async () => {
      const [name, value] = setting.split('=') as [string, string]
      const env = { ...plugins.env, npm_config_prefix: join(plugins.folder, 'global'), [name]: value }
      const install = await spawnMiner(['plugins:install', packaged('miner-a')], { env })
      assert.equal(install.code, 0, install.stderr)
      assert.ok(existsSync(inNodeModules('miner-a')))
      assert.equal((await spawnMiner(['plugins:uninstall', 'miner-a'], { env })).code, 0)
      assert.ok(!existsSync(inNodeModules('miner-a')))
    })

  it('installs twice from the same address, with a data folder behind a link and a path with a blank', async () => {
    const real = join(plugins.folder, 'deep/er', 'plug ins ü')
    mkdirSync(real, { recursive: true })
    const link = join(plugins.folder, 'link')
    symlinkSync(real, link)
    const env = { ...plugins.env, MINER_DATA_DIR: link }
    const root = packaged('miner-a')
    for (const told of ['installed miner-a 1.0.0\n', 'miner-a 1.0.0 is up to date\n']) {
      const { stdout, stderr } = await spawnMiner(['plugins:install', root], { env })
      assert.equal(stdout, told, stderr)
    }
  })

  it('uninstalls a plugin that ends the program when it is loaded', async () => {
    const root = packaged('miner-a', {}, { 'index.js': 'process.exit(0)' })
    assert.equal((await miner('plugins:install', root)).code, 0)
    const { code, stdout, stderr } = await miner('plugins:uninstall', 'miner-a', 'miner-a@1.0.0')
    assert.deepEqual([code, stdout], [0, 'uninstalled miner-a 1.0.0\n'], stderr)
  })

  it('uninstalls what an install that was killed left unregistered', async () => {
    assert.equal((await miner('plugins:install', packaged('miner-a'))).code, 0)
    const file = join(plugins.folder, 'data/package.json')
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), oclif: { plugins: [] } }))
    assert.equal((await miner('plugins:uninstall', 'miner-a')).stdout, 'uninstalled miner-a 1.0.0\n')
    assert.ok(!existsSync(inNodeModules('miner-a')))
  })

  it('keeps the list of plugins when npm cannot install them again', async () => {
    const archive = packed('miner-a')
    assert.equal((await miner('plugins:install', archive)).code, 0)
    const whole = readFileSync(archive)
    for (const hard of [[], ['--hard']]) {
      writeFileSync(archive, 'no archive')
      assert.equal((await miner('plugins:reset', '--reinstall', ...hard)).code, 1)
      writeFileSync(archive, whole)
      assert.equal((await miner('plugins:update')).stdout, 'installed miner-a 1.0.0\n')
    }
  })

  it('tells of a full disk, though npm only warns of it, and leaves nothing behind', async function () {
    const folder = join(plugins.folder, 'packages/miner-a')
    packaged('miner-a', {}, { 'model.bin': randomBytes(450_000).toString('hex') })
    // The first file fits, so that npm finds a whole package.json.
    const files = ['package.json', 'index.js', 'model.bin'].map(name => `package/${name}`)
    const words = [
      '-czf',
      `${folder}.tgz`,
      '--transform',
      's,^miner-a,package,',
      ...files.map(name => name.replace('package', 'miner-a')),
    ]
    execFileSync('tar', words, { cwd: dirname(folder) })
    const env = { ...process.env, ...plugins.env, NODE: process.execPath, MINER: minerFile, SPEC: `${folder}.tgz` }
    const inSmallDisk = (script: string) =>
      spawnSync(
        'unshare',
        ['-rm', 'bash', '-c', `mount -t tmpfs -o size=600k tmpfs "$MINER_DATA_DIR" || exit 77; ${script}`],
        {
          env,
          encoding: 'utf8',
        },
      )
    if (inSmallDisk('true').status !== 0) this.skip()
    const { stdout, stderr } = inSmallDisk(
      '"$NODE" "$MINER" plugins:install "$SPEC"; echo $?; cd "$MINER_DATA_DIR"; find . -type f',
    )
    assert.match(stderr, /^error: the disk is full\n/m)
    assert.equal(stdout, '1\n./package.json\n')
  })

  it('says which plugin is not installed, and how to see which ones are', async () => {
    assert.equal((await miner('plugins:install', packaged('miner-shout'))).code, 0)
    for (const command of ['uninstall', 'update', 'inspect']) {
      const { code, stderr } = await miner(`plugins:${command}`, 'nope')
      assert.equal(code, 2)
      assert.match(stderr, /^error: the plugin nope is not installed\n {2}try: miner plugins\n$/)
    }
    assert.match((await miner('plugins:uninstall', 'miner-shot')).stderr, /\n {2}try: miner-shout\n$/)
    assert.match((await miner('plugins:inspect')).stderr, /^error: this folder is not an installed plugin\n/)
    const { error } = await json('plugins:inspect', 'nope')
    assert.equal(error.code, 'NOT_INSTALLED')
  })

  it('refuses to install this program, and an empty word', async () => {
    const host = await miner('plugins:install', 'bittensor-miner@1.0.0')
    assert.equal(host.code, 2)
    assert.match(host.stderr, /^error: bittensor-miner is this program, and not a plugin\n {2}try: npm install -g/m)
    const { error } = await json('plugins:install', '')
    assert.equal(error.code, 'PACKAGE_MISSING')
  })

  it('inspects a plugin: what it brings and depends on', async () => {
    const about = { dependencies: { 'miner-lib': '^1.0.0' } }
    const root = packaged('miner-a', about, {})
    writePackage(join(root, 'node_modules/miner-lib'), 'miner-lib', { 'package.json': {} })
    await miner('plugins:link', root, '--no-install')
    assert.equal(
      (await miner('plugins:inspect', 'miner-a')).stdout,
      `miner-a 1.0.0\n  folder        ${root}\n  miners        a\n  dependencies  miner-lib ^1.0.0 → 1.0.0\n`,
    )
    const [plugin] = (await json('plugins:inspect', root)).plugins
    assert.deepEqual(plugin.dependencies, { 'miner-lib': { range: '^1.0.0', version: '1.0.0' } })
  })

  it('hides this program’s secrets from install scripts, and nothing else', async () => {
    const script = "require('fs').writeFileSync('seen.json', JSON.stringify(process.env))"
    const root = packaged('miner-a', { scripts: { postinstall: `node -e "${script}"` } })
    mkdirSync(join(plugins.folder, 'config'), { recursive: true })
    writeFileSync(
      join(plugins.folder, 'config/config.toml'),
      `[openai]\napiKey = "env:FILE_KEY"\n[[openai.endpoints]]\napiKey = 'env:TABLE_KEY'\n`,
    )
    const hidden = {
      OPENAI_API_KEY: 'k1',
      MINER_WALLET_PASSWORD: 'k2',
      BT_PW__W_HOTKEYS_H: 'azI=',
      BT_COLD_PW_HOTKEYS: 'k2',
      FILE_KEY: 'k3',
      TABLE_KEY: 'k4',
      LIST_KEY: 'k5',
      MINER_OPENAI_ENDPOINTS: '[{"baseUrl":"http://127.0.0.1:1/v1","model":"m","apiKey":"env:LIST_KEY"}]',
      MINER_OPENAI_API_KEY: 'env:VAR_KEY',
      VAR_KEY: 'k6',
    }
    const kept = { NPM_TOKEN: 'n', HTTPS_PROXY: 'http://127.0.0.1:9', NODE_EXTRA_CA_CERTS: '/none.pem', CC: 'cc' }
    const { code, stderr } = await spawnMiner(['plugins:install', root], {
      env: { ...plugins.env, ...hidden, ...kept },
    })
    assert.equal(code, 0, stderr)
    assert.match(stderr, /^packages with install scripts: miner-a$/m)
    const seen = JSON.parse(readFileSync(join(root, 'seen.json'), 'utf8'))
    assert.deepEqual(
      Object.keys(hidden).filter(name => name in seen),
      [],
    )
    assert.deepEqual(Object.fromEntries(Object.keys(kept).map(name => [name, seen[name]])), kept)
  })

  it('hides the secrets of a configuration elsewhere, too', async () => {
    const script = "require('fs').writeFileSync('seen.json', JSON.stringify(process.env))"
    const root = packaged('miner-a', { scripts: { postinstall: `node -e "${script}"` } })
    const file = join(plugins.folder, 'elsewhere.toml')
    writeFileSync(file, `[openai]\napiKey = "env:FILE_KEY"\nseed = 9007199254740993\n`)
    const env = { ...plugins.env, FILE_KEY: 'k', OTHER: 'o' }
    const { code, stderr } = await spawnMiner(['plugins:install', root, '--config', file], { env })
    assert.equal(code, 0, stderr)
    const seen = JSON.parse(readFileSync(join(root, 'seen.json'), 'utf8'))
    assert.deepEqual([seen.FILE_KEY, seen.OTHER], [undefined, 'o'])
    const missing = await spawnMiner(['plugins:update', '--config', `${file}.gone`], { env })
    assert.equal(missing.code, 2)
    assert.match(missing.stderr, /^error: the configuration file /)
  })

  it('shows what a failed install script printed, and which package it is of', async () => {
    const root = packaged('miner-a', { scripts: { postinstall: 'echo needs a compiler >&2; exit 3' } })
    const { code, stderr } = await miner('plugins:install', root)
    assert.equal(code, 1)
    assert.match(
      stderr,
      /^ {2}\| needs a compiler\nerror: an install script of miner-a failed: .*\n {2}try: .*ignore_scripts/m,
    )
    assert.deepEqual(await listed(), [])
  })

  it('leaves a plugin as it was when its next version cannot be installed', async () => {
    const archive = packed('miner-a')
    assert.equal((await miner('plugins:install', archive)).code, 0)
    writeFileSync(archive, 'no archive')
    for (const args of [['install', archive], ['update']])
      assert.equal((await miner(`plugins:${args[0]}`, ...args.slice(1))).code, 1)
    assert.equal((await miner('prompt', '--use', 'a', 'hi')).stdout, 'HI!\n')
  })

  it('mends by an update what was lost', async () => {
    const root = packaged('miner-a')
    assert.equal((await miner('plugins:install', root)).code, 0)
    rmSync(inNodeModules('miner-a'), { recursive: true })
    const { stderr } = await miner('plugins')
    assert.match(stderr, /^warning: the plugin miner-a cannot be loaded: .*\n {2}try: miner plugins:update miner-a\n$/)
    assert.equal((await miner('plugins:update', 'miner-a')).stdout, 'installed miner-a 1.0.0\n')
    assert.equal((await miner('prompt', '--use', 'a', 'hi')).stdout, 'HI!\n')
  })

  it('names the folder for plugins when it cannot be used', async () => {
    const env = { ...plugins.env, MINER_DATA_DIR: '/dev/null/data' }
    for (const args of [['install', 'miner-shout'], ['update'], ['reset']]) {
      const { code, stderr } = await spawnMiner([`plugins:${args[0]}`, ...args.slice(1)], { env })
      assert.equal(code, 1)
      assert.match(
        stderr,
        /^error: the folder for plugins, \/dev\/null\/data, cannot be used: .*\n {2}try: .*MINER_DATA_DIR/m,
      )
    }
  })
})

describe('a command of a plugin', () => {
  let plugins: PluginFolder
  before(() => {
    plugins = linkedPlugins({
      'miner-tools': {
        'package.json': { oclif: { commands: './commands' } },
        'commands/fails.js': `import { Command } from '@oclif/core'
export default class Fails extends Command {
  static enableJsonFlag = true
  async run() { this.error('the index is not built', { exit: 3, code: 'NO_INDEX', suggestions: ['miner tools:build'] }) }
}`,
        'commands/leaves.js': `import { Command } from '@oclif/core'
export default class Leaves extends Command { async run() { this.exit(4) } }`,
        'commands/breaks.js': `import { Command } from '@oclif/core'
export default class Breaks extends Command {
  static enableJsonFlag = true
  async run() { this.warn('the index is old'); this.error('it broke', { exit: 3 }) }
}`,
        'commands/needs.js': `import { Args, Command, Flags } from '@oclif/core'
export default class Needs extends Command {
  static args = { WHAT: Args.string({ required: true }) }
  static flags = {
    how: Flags.string({ required: true }),
    why: Flags.string({ required: true }),
    key: Flags.string({ exclusive: ['free'] }),
    free: Flags.string(),
  }
  async run() { await this.parse(Needs) }
}`,
        'commands/takes.js': `import { Command, Flags } from '@oclif/core'
export default class Takes extends Command {
  static flags = { depth: Flags.integer() }
  async run() { await this.parse(Takes); this.log('took') }
}`,
      },
    })
    copyOfCore(plugins.root('miner-tools'))
  })
  after(() => plugins[Symbol.dispose]())

  const miner = (...args: string[]) => runMiner(args, { env: plugins.env })

  it('runs without a word of how it was built', async () => {
    const { code, stdout, stderr } = await miner('takes')
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'took\n', stderr: '' })
  })

  it('fails as it says: with its exit code and its suggestions', async () => {
    const { code, stderr } = await miner('fails')
    assert.deepEqual({ code, stderr }, { code: 3, stderr: 'error: the index is not built\n  try: miner tools:build\n' })
    const told = await miner('fails', '--json')
    assert.equal(told.code, 3)
    assert.deepEqual(JSON.parse(told.stdout), {
      error: { code: 'NO_INDEX', message: 'the index is not built', hint: 'miner tools:build' },
    })
    assert.equal((await miner('leaves')).code, 4)
  })

  it('fails without a code of its own, and warns, as this program does', async () => {
    const { code, stderr } = await miner('breaks')
    assert.deepEqual([code, stderr], [3, 'warning: the index is old\nerror: it broke\n'])
    const told = await miner('breaks', '--json')
    assert.deepEqual([told.code, told.stderr], [3, ''])
    assert.deepEqual(JSON.parse(told.stdout), { error: { code: 'COMMAND_FAILED', message: 'it broke' } })
  })

  it('has what is missing or excluded named as this program does', async () => {
    for (const [args, expected] of [
      [[], 'error: WHAT is missing\n  try: add --help to see what the command takes\n'],
      [['x'], 'error: --how is missing; --why is missing\n  try: --how=VALUE --why=VALUE\n'],
      [
        ['x', '--how', '1', '--why', '1', '--key', 'sk-secret', '--free', 'sk-secret'],
        'error: --free and --key exclude each other\n  try: add --help to see which flags there are\n',
      ],
    ] as const) {
      const { code, stderr } = await miner('needs', ...args)
      assert.deepEqual([code, stderr], [2, expected])
    }
  })

  it('has a mistake in its command line told as this program’s own are', async () => {
    const { code, stderr } = await miner('takes', '--dept=sk-secret')
    assert.deepEqual([code, stderr], [2, 'error: there is no flag --dept\n  try: add --help to see those there are\n'])
  })
})

/** Gives a package a copy of @oclif/core of its own, as npm does when it is installed. */
function copyOfCore(root: string): void {
  const core = join(modules, '@oclif/core')
  const { dependencies } = JSON.parse(readFileSync(join(core, 'package.json'), 'utf8'))
  cpSync(core, join(root, 'node_modules/@oclif/core'), { recursive: true })
  for (const name of Object.keys(dependencies)) {
    const link = join(root, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(modules, name), link)
  }
}
