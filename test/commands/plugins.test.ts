import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runMiner, spawnMiner, startMiner } from '../support/miner-process.ts'
import { haiku, linkedPlugins, type PluginFolder, shout, writePackage } from '../support/plugins.ts'

const serve = ['serve', '--dev', '--axon-port', '0']

describe('plugins', () => {
  describe('that are linked', () => {
    let plugins: PluginFolder
    before(() => {
      plugins = linked()
    })
    after(() => plugins[Symbol.dispose]())

    const miner = (...args: string[]) => runMiner(args, { env: plugins.env })

    it('are miners like any other: flags, variables, file keys, help and configuration', async () => {
      assert.equal((await miner('prompt', 'hi', '--use', 'shout', '--mark', '?!')).stdout, 'HI?!\n')
      const env = { ...plugins.env, MINER_USE: 'shout', MINER_SHOUT_MARK: '*' }
      assert.equal((await runMiner(['prompt', 'hi'], { env })).stdout, 'HI*\n')
      const { stdout } = await runMiner(['config', 'show', '--origin'], { env })
      assert.match(stdout, /^\[shout\]\nmark = "\*" {2}# from MINER_SHOUT_MARK\nurl = "nowhere" {2}# from default$/m)
      const help = (await miner('prompt', '--use', 'shout', '--help')).stdout
      assert.match(help, /^SHOUT MINER FLAGS\n {2}--mark=TEXT/m)
      assert.match(help, /one of openai, echo, throws, union,\s+x-old, shout/)
    })

    it('have only the prefixed flag where the name is the host’s', async () => {
      const { stdout } = await miner('prompt', '--use', 'shout', '--help')
      assert.match(stdout, /^ {2}--shout-url=TEXT/m)
      assert.match((await miner('prompt', 'hi', '--use', 'shout', '--url', 'x')).stderr, /there is no flag --url/)
      assert.match(
        (await miner('serve', '--use', 'shout', '--port', '1')).stderr,
        /there is no flag --port\n {2}try: --axon-port/,
      )
    })

    it('are listed with what they do, or why they cannot be used', async () => {
      const { stdout, stderr, code } = await miner('miners')
      assert.equal(code, 0)
      assert.match(stdout, /^shout +answers in capital letters +miner-shout 1\.0\.0$/m)
      assert.match(stdout, /^throws +cannot be used +miner-bad 1\.0\.0$/m)
      assert.match(
        stderr,
        /^warning: the miner throws of miner-bad@1\.0\.0 cannot be loaded: no database\n {2}try: fix it in /m,
      )
      assert.match(
        stderr,
        /the miner axon of miner-bad@1\.0\.0 has a name, in oclif\.miners of its package\.json, that is taken/,
      )
      assert.match(
        stderr,
        /the miner union .* has invalid settings: union\.a: a choice between kinds cannot be a setting/,
      )
      assert.match(
        stderr,
        /the miner next .* is written for version 3 of the plugin contract, and this program supports versions up to 2\n {2}try: update/,
      )
      const { miners } = JSON.parse((await miner('miners', '--json')).stdout.replaceAll('it ran\n', ''))
      const of = (name: string) => miners.find((one: { name: string }) => one.name === name)
      assert.deepEqual(of('shout'), {
        name: 'shout',
        summary: 'answers in capital letters',
        package: 'miner-shout',
        version: '1.0.0',
      })
      assert.equal(of('next').problem.code, 'PLUGIN_UNUSABLE')
      assert.equal(of('throws').problem.code, 'PLUGIN_BROKEN')
    })

    it('are refused with an unknown key of .meta(), before a secret is printed', async () => {
      using plugins = linkedPlugins({
        'miner-leaky': {
          'package.json': { oclif: { contract: 1, miners: { leaky: './index.js' } } },
          'index.js': `export default ({ z }) => ({ name: 'leaky', summary: 'one',
            settings: z.object({ apiKey: z.string().optional().meta({ secert: true }) }), create() {} })`,
        },
      })
      const env = { ...plugins.env, MINER_LEAKY_API_KEY: 'sk-verysecret' }
      const { code, stdout, stderr } = await runMiner(['config', 'show', '--use', 'leaky'], { env })
      assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
      assert.match(stderr, /leaky .* has invalid settings: leaky\.apiKey: \.meta\(\) has no key "secert"; use secret/)
      assert.doesNotMatch(stderr, /sk-verysecret/)
    })

    it('are dialects, listed with their synapses', async () => {
      const { stdout } = await miner('dialects')
      assert.match(stdout, /^haiku +– +Haiku +somebody\/haiku@1234567 +dialect-haiku 1\.0\.0$/m)
      assert.match(stdout, /^haiku: Nobody pays for it\.$/m)
      const { dialects } = JSON.parse((await miner('dialects', '--json')).stdout)
      assert.deepEqual(dialects.at(-1), {
        name: 'haiku',
        summary: 'asks for haiku',
        netuids: [],
        synapses: ['Haiku'],
        follows: 'somebody/haiku@1234567',
        needs: [],
        caveat: 'Nobody pays for it.',
        package: 'dialect-haiku',
        version: '1.0.0',
      })
    })

    it('are not chosen by a text that looks like a flag', async () => {
      const { code, stdout, stderr } = await miner(
        'prompt',
        '--roles',
        'user',
        '--messages',
        '--use=throws',
        '--allow-plugins',
        'x',
      )
      assert.deepEqual({ code, stdout }, { code: 2, stdout: '' })
      assert.match(stderr, /^error: /m)
      const shouted = await miner('prompt', '--roles', 'user', '--messages', '--use=shout')
      assert.equal(shouted.code, 2)
      assert.match(
        shouted.stderr,
        /error: --messages needs a value\n {2}try: --messages=VALUE, also where it begins with a dash\n/,
      )
      assert.equal(
        (await miner('prompt', '--use=echo', '--roles', 'user', '--messages=--use=shout')).stdout,
        '--use=shout\n',
      )
    })

    it('break only themselves: using one says what to do, and all else works', async () => {
      const broken = await miner('prompt', 'hi', '--use', 'throws')
      assert.equal(broken.code, 1)
      assert.match(
        broken.stderr,
        /^error: the miner throws of miner-bad@1\.0\.0 cannot be loaded: no database\n {2}try: fix it in .*, or miner plugins:uninstall miner-bad\n/m,
      )
      const next = await miner('prompt', 'hi', '--use', 'next', '--json')
      assert.equal(next.code, 2)
      assert.equal(JSON.parse(next.stdout).error.code, 'PLUGIN_UNUSABLE')
      const { code, stdout, stderr } = await miner('prompt', 'hi', '--use', 'echo')
      assert.deepEqual({ code, stdout }, { code: 0, stdout: 'hi\n' })
      assert.equal(stderr, '')
    })

    it('run nothing when they are not allowed, wherever that is said', async () => {
      for (const [allow, all] of [
        [['--allow-plugins', 'miner-shout,dialect-haiku'], 'miner-shout,dialect-haiku,miner-bad'],
        [['--plugins-allow=miner-shout'], 'miner-shout,miner-bad'],
      ] as const) {
        const { code, stdout, stderr } = await miner('prompt', 'hi', '--use', 'throws', ...allow)
        assert.deepEqual({ code, stdout }, { code: 2, stdout: '' })
        assert.match(stderr, /^error: the miner throws .* comes with a plugin that plugins\.allow does not name\n/m)
        assert.ok(stderr.endsWith(`\n  try: set plugins.allow to ${all}\n`), stderr)
      }
      assert.equal((await miner('prompt', 'hi', '--use', 'shout', '--allow-plugins', 'miner-shout')).stdout, 'HI!\n')
      for (const content of ['[plugins]\nallow = ["miner-shout"]\n', '[plugins]\nallow = 5\n', '[plugins\n']) {
        using others = linked(content) // which no command has loaded yet: what ran once says nothing again
        for (const args of [
          ['prompt', 'hi', '--use', 'throws'],
          ['prompt', '--use', 'throws', '--help'],
          ['miners'],
          ['autocomplete', 'bash'],
          ['prompt', 'hi', '--modle', 'x'],
        ]) {
          const { stdout } = await runMiner(args, { env: others.env })
          assert.equal(stdout.includes('it ran'), false, `${args.join(' ')} with ${content}`)
        }
      }
      using allowed = linked()
      assert.match((await runMiner(['prompt', 'hi', '--use', 'throws'], { env: allowed.env })).stdout, /it ran/)
      const refused = await miner(...serve, '--use', 'echo', '--dialect', 'haiku', '--allow-plugins', 'miner-shout')
      assert.equal(refused.code, 2)
    })

    it('are not told to be forbidden when what allows them is not valid', async () => {
      for (const [content, fault] of [
        ['[plugins]\nallow = "miner-shout"\n', /^error: plugins\.allow must be a list, not text \(.*\)\n/],
        ['[plugins\n', /^error: .*config\.toml/],
      ] as const) {
        using others = linked(content)
        for (const args of [['prompt', 'hi', '--use', 'shout'], ['miners'], ['dialects'], ['config', 'show']]) {
          const { code, stdout, stderr } = await runMiner(args, { env: others.env })
          assert.deepEqual([code, stdout], [2, ''])
          assert.match(stderr, fault)
        }
      }
    })

    it('answer callers, and are named in the log with where they are', async () => {
      await using server = await startMiner([...serve, '--use', 'shout', '--dialect', 'haiku'], { env: plugins.env })
      const told = server.records.map(
        ({ time: _time, level: _level, message: _message, hint: _hint, ...record }) => record,
      )
      assert.deepEqual(
        told.filter(({ event }) => event === 'plugin'),
        [
          {
            event: 'plugin',
            kind: 'miner',
            name: 'shout',
            package: 'miner-shout',
            version: '1.0.0',
            path: plugins.root('miner-shout'),
          },
          {
            event: 'plugin',
            kind: 'dialect',
            name: 'haiku',
            package: 'dialect-haiku',
            version: '1.0.0',
            path: plugins.root('dialect-haiku'),
          },
        ],
      )
      assert.equal(told.find(({ event }) => event === 'serving')?.dialect, 'haiku')
      await server.stop()
      assert.equal(server.records.find(({ event }) => event === 'caveat')?.message, 'Nobody pays for it.')
    })

    it('are not in use where a file has a dialect of the same name, and that file is named', async () => {
      const file = join(plugins.folder, 'haiku.toml')
      writeFileSync(
        file,
        'name = "haiku"\n[synapses.Own]\nprompt = "{a}"\nanswer = "b"\nfields = { a = "str", b = "str" }',
      )
      await using server = await startMiner([...serve, '--use', 'echo', '--dialect-file', file], { env: plugins.env })
      assert.equal(server.records.find(({ event }) => event === 'serving')?.dialectFile, file)
      assert.deepEqual(
        server.records.filter(({ event }) => event === 'plugin'),
        [],
      )
    })

    it('are missed by name when they are gone', async () => {
      using none = linkedPlugins({}, 'use = "shout"\n[shout]\nmark = "?"\n')
      const run = (args: string[], env = {}) => runMiner(args, { env: { ...none.env, ...env } })
      const gone = await run(['prompt', 'hi'])
      assert.equal(gone.code, 2)
      assert.match(
        gone.stderr,
        /^error: there is no miner "shout" \(.*config\.toml: use\)\n {2}try: name another, or install the plugin that brings it: miner plugins:install PACKAGE; there are: openai, echo\n$/,
      )
      const left = await run(['prompt', 'hi', '--use', 'echo'], { MINER_SHOUT_MARK: '?' })
      assert.equal(left.code, 2)
      assert.match(
        left.stderr,
        /^error: shout is not a setting \(.*\)\n {2}try: remove it, or install the plugin whose miner it configures: miner plugins:install PACKAGE$/m,
      )
      assert.match(
        left.stderr,
        /^error: MINER_SHOUT_MARK is not a setting\n {2}try: unset it, or install the plugin whose miner it configures: miner plugins:install PACKAGE$/m,
      )
      const dialect = await run([...serve, '--use', 'echo', '--dialect', 'haiku'])
      assert.match(
        dialect.stderr,
        /there is no dialect "haiku" \(--dialect\)\n {2}try: --dialect prompting, or install the plugin that brings it/,
      )
    })
  })

  describe('that come and go', () => {
    it('are installed, complete, are named with their hash, and are gone again', async () => {
      using folder = linkedPlugins({})
      const packed = join(folder.folder, 'shout')
      writePackage(packed, 'miner-shout', {
        ...shout,
        'package.json': {
          ...shout['package.json'],
          scripts: { postinstall: 'node -e "fs.writeFileSync(\'ran\', process.env.HOME)"' },
        },
      })
      const tarball = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder.folder], {
        cwd: packed,
        encoding: 'utf8',
      }).trim()
      const miner = (...args: string[]) => spawnMiner(args, { env: folder.env })
      const completion = () => readFileSync(join(folder.folder, 'cache/autocomplete/functions/bash/miner.bash'), 'utf8')

      const install = await miner('plugins:install', `file://${join(folder.folder, tarball)}`)
      assert.equal(install.code, 0, install.stderr)
      assert.match(
        install.stderr,
        /npm installs file:.* Unless npm_config_ignore_scripts=true is set, it runs\ntheir install scripts/,
      )
      assert.ok(existsSync(join(folder.folder, 'data/node_modules/miner-shout/ran')), 'npm ran the script, as was said')
      assert.match(completion(), /'prompt'\) words=.*'--mark'/)

      await using server = await startMiner([...serve, '--use', 'shout'], { env: folder.env })
      const { integrity } = server.records.find(({ event }) => event === 'plugin')!
      assert.match(String(integrity), /^sha512-/)
      await server.stop()

      const uninstall = await miner('plugins', 'uninstall', 'miner-shout')
      assert.equal(uninstall.code, 0, uninstall.stderr)
      assert.doesNotMatch(completion(), /--mark'/)
      assert.doesNotMatch((await miner('miners')).stdout, /shout/)
    })

    it('are installed from the paths that were typed, and from nowhere else when nothing is there', async () => {
      using folder = linkedPlugins({})
      const miner = (...args: string[]) => runMiner(args, { env: folder.env, cwd: folder.folder })
      writePackage(join(folder.folder, 'mine', 'miner-shout'), 'miner-shout', shout)
      const install = await miner('plugins', 'install', 'mine/miner-shout')
      assert.equal(install.code, 0, install.stderr)
      assert.match(install.stderr, /^npm installs file:\/.*\/mine\/miner-shout and what it depends on/m)
      assert.equal((await miner('prompt', '--use', 'shout', 'hi')).stdout, 'HI!\n')

      const { code, stderr } = await miner('plugins:add', './miner-shout-9.tgz')
      assert.equal(code, 2)
      assert.match(stderr, /^error: there is no file or folder \/.*\/miner-shout-9\.tgz\n {2}try: check the path.*\n$/)
    })

    for (const json of [[], ['--json']])
      it(`say why npm failed, without its own words ${json.join()}`, async () => {
        using folder = linkedPlugins({})
        const broken = join(folder.folder, 'broken.tgz')
        writeFileSync(broken, 'no archive')
        const { code, stdout, stderr } = await runMiner(['plugins:install', broken, ...json], { env: folder.env })
        assert.equal(code, 1)
        assert.doesNotMatch(stderr, /^npm error/m)
        const message = 'npm failed: TAR_BAD_ARCHIVE: Unrecognized archive format'
        if (json.length > 0) {
          const { error } = JSON.parse(stdout)
          assert.deepEqual([error.code, error.message], ['NPM_FAILED', message])
          assert.match(error.hint, /^see .*debug-0\.log, or add --verbose$/)
        } else assert.deepEqual([stdout, stderr.includes(`error: ${message}\n  try: see `)], ['', true])
      })

    it('are no packages that declare none', async () => {
      using folder = linkedPlugins({})
      const root = (name: string) => join(folder.folder, name)
      for (const name of ['empty', 'broken', 'other', 'nameless']) mkdirSync(root(name))
      writeFileSync(join(root('broken'), 'package.json'), '{')
      writePackage(root('other'), 'other', { 'package.json': {} })
      writeFileSync(join(root('nameless'), 'package.json'), '{ "oclif": {} }')
      for (const [name, fault] of [
        ['nowhere', /^error: there is no folder \/.*\/nowhere\n/],
        ['empty', /^error: there is no package\.json in \/.*\/empty\n/],
        ['broken', /^error: \/.*\/broken\/package\.json cannot be read: .* JSON/],
        ['other', /^error: \/.*\/other\/package\.json declares no miner and no dialect: it has no "oclif"\n/],
        ['nameless', /^error: \/.*\/nameless\/package\.json has no "name"\n/],
      ] as const) {
        const { code, stderr } = await runMiner(['plugins:link', name], { env: folder.env, cwd: folder.folder })
        assert.equal(code, 2)
        assert.match(stderr, fault)
        assert.match(stderr, /^ {2}try: .* docs\/plugins\.md shows one$/m)
      }
      const install = await runMiner(['plugins:install', root('other')], { env: folder.env })
      assert.equal(install.code, 2)
      assert.match(
        install.stderr,
        /^error: other is not a plugin: package\.json declares .*: it has no "oclif"\n {2}try: docs\/plugins\.md shows a plugin$/m,
      )
      assert.ok(!existsSync(join(folder.folder, 'data/node_modules/other')), 'it is removed again')
    })

    it('are told of once, with the way out, when they are no longer where they were', async () => {
      using folder = linkedPlugins({ 'miner-shout': shout, 'miner-gone': shout, 'miner-torn': shout })
      rmSync(folder.root('miner-gone'), { recursive: true })
      writeFileSync(join(folder.root('miner-torn'), 'package.json'), '{')
      const miner = (...args: string[]) => runMiner(args, { env: folder.env })
      const told = await miner('prompt', '--use', 'shout', 'hi')
      assert.deepEqual([told.code, told.stdout], [0, 'HI!\n'])
      assert.match(
        told.stderr,
        /^warning: the plugin miner-gone cannot be loaded: there is no folder \/.*\/miner-gone\n {2}try: miner plugins:uninstall miner-gone\nwarning: the plugin miner-torn cannot be loaded: \/.*\/miner-torn\/package\.json cannot be read: .*\n {2}try: miner plugins:uninstall miner-torn\n$/,
      )
      for (const name of ['miner-gone', 'miner-torn'])
        assert.equal((await miner('plugins:uninstall', name)).stderr.split(`miner-torn cannot be loaded`).length, 2)
      assert.equal((await miner('prompt', '--use', 'shout', 'hi')).stderr, '')
    })

    it('are none when their record cannot be read, which is told with the way out', async () => {
      using folder = linkedPlugins({ 'miner-shout': shout })
      const told = async (text: string | null) => {
        const file = join(folder.folder, 'data/package.json')
        rmSync(file, { recursive: true })
        if (text === null) mkdirSync(file)
        else writeFileSync(file, text)
        const { code, stdout, stderr } = await runMiner(['miners', '--json'], { env: folder.env })
        assert.equal(code, 0)
        assert.deepEqual(
          JSON.parse(stdout).miners.map(({ name }: { name: string }) => name),
          ['openai', 'echo'],
        )
        return stderr
      }
      assert.match(
        await told('{'),
        /^warning: no plugin is loaded: .*package\.json is not valid JSON: .*\n {2}try: repair it, or .*\n$/,
      )
      assert.match(
        await told(null),
        /^warning: no plugin is loaded: the folder for plugins, .*\n {2}try: make it .*\n$/,
      )
    })

    it('tell at once what of them cannot be used', async () => {
      const oclif = { contract: 1, miners: { chain: './gone.js' } }
      using folder = linkedPlugins({ 'miner-other': { 'package.json': { oclif } } })
      const root = join(folder.folder, 'bad')
      writePackage(root, 'miner-bad', { 'package.json': { oclif: { contract: 1, miners: { axon: './gone.js' } } } })
      const { code, stderr } = await runMiner(['plugins:link', root, '--no-install'], { env: folder.env })
      assert.equal(code, 0)
      assert.match(
        stderr,
        /^warning: the miner axon of miner-bad@1\.0\.0 has a name, in oclif\.miners of its package\.json, that is taken by this program\n {2}try: fix it in /m,
      )
      assert.doesNotMatch(stderr, /miner-other/)
    })
  })
})

/** Plugins that can be used, and some that cannot. */
function linked(config?: string): PluginFolder {
  const names = { throws: './throws.js', axon: './a.js', union: './union.js', 'x-old': './throws.js' }
  return linkedPlugins(
    {
      'miner-shout': shout,
      'dialect-haiku': haiku,
      'miner-bad': {
        'package.json': { oclif: { miners: names } },
        'throws.js': 'console.log("it ran"); throw new Error("no database")',
        'a.js': '',
        'union.js': `export default ({ z }) => ({ name: 'union', summary: 'one', settings: z.object({ a: z.union([z.string(), z.number()]) }), create() {} })`,
      },
      'miner-next': { 'package.json': { oclif: { contract: 3, miners: { next: './index.js' } } }, 'index.js': '' },
    },
    config,
  )
}
