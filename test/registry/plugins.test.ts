import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../support/child-process.ts'
import { spawnMiner, startMiner } from '../support/miner-process.ts'
import { linkedPlugins, writePackage } from '../support/plugins.ts'
import { copyExample } from './copy-example.ts'
import { type Registry, startRegistry } from './start-registry.ts'

const host = fileURLToPath(new URL('../..', import.meta.url))
const { version } = JSON.parse(readFileSync(join(host, 'package.json'), 'utf8'))
const emojiRegex = fileURLToPath(new URL('node_modules/emoji-regex', import.meta.url))

const work = mkdtempSync(join(tmpdir(), 'miner-registry-'))
const shout = join(work, 'miner-shout')
const haiku = join(work, 'dialect-haiku')
const ways = {
  'a name': 'miner-shout',
  'a name and a version': 'miner-shout@0.1.0',
  'an archive': `file://${work}/miner-shout-0.1.0.tgz`,
  'a folder': `file:${shout}`,
  'a git repository': `git+file://${work}/shout.git`,
}

describe('plugins of a registry', () => {
  let registry: Registry
  before(async () => {
    registry = await startRegistry(join(work, 'registry'))
    copyExample('miner-shout', shout)
    copyExample('dialect-haiku', haiku)
    await done('npm', ['pack', '--ignore-scripts', '--pack-destination', work], { cwd: host })
    await registry.publish(join(work, `bittensor-miner-${version}.tgz`))
    for (const folder of [emojiRegex, shout, haiku]) await registry.publish(folder)
    await done('npm', ['pack', '--pack-destination', work], { cwd: shout })
    await commitTo(join(work, 'shout.git'))
  })
  after(async () => {
    await registry?.[Symbol.asyncDispose]()
    rmSync(work, { recursive: true, force: true })
  })

  /** A user of this program: with folders of his own, and with nothing installed yet. */
  function user(config = '') {
    const home = linkedPlugins({}, config)
    const env = { ...registry.env, ...home.env }
    const completion = () => readFileSync(join(home.folder, 'cache/autocomplete/functions/bash/miner.bash'), 'utf8')
    return {
      env,
      completion,
      home: home.folder,
      miner: (...args: string[]) => spawnMiner(args, { env }),
      async does(...args: string[]) {
        const { code, stdout, stderr } = await spawnMiner(args, { env })
        assert.equal(code, 0, `miner ${args.join(' ')}: ${stdout}${stderr}`)
        return stdout
      },
      installed: (name: string) => existsSync(join(home.folder, 'data/node_modules', name)),
      [Symbol.dispose]: () => home[Symbol.dispose](),
    }
  }

  for (const [way, what] of Object.entries(ways)) {
    it(`are installed by ${way}, used, and taken away`, async () => {
      using someone = user()
      const { does, miner, completion, installed } = someone
      await does('plugins:install', what)
      assert.equal(await does('prompt', '--use', 'shout', '--mark', '?', 'hi'), 'HI?\n')
      assert.match(await does('miners'), /^shout +answers in capital letters +miner-shout 0\.1\.0$/m)
      assert.equal(installed('bittensor-miner'), false, 'a second host came with it')
      assert.match(completion(), /'prompt'\) words=.*'--mark'/)
      assert.match(await does('plugins'), /miner-shout/)

      await does('plugins:uninstall', 'miner-shout')
      assert.equal(installed('miner-shout'), false)
      assert.doesNotMatch(completion(), /--mark'/)
      assert.doesNotMatch(await does('miners'), /shout/)
      assert.match((await miner('prompt', '--use', 'shout', 'hi')).stderr, /there is no miner "shout" \(--use\)/)
    })
  }

  it('serve beside each other, with their settings and by their names', async () => {
    using someone = user()
    const { does, env } = someone
    await does('plugins', 'install', 'miner-shout')
    await does('plugins', 'install', 'dialect-haiku')
    assert.match(await does('prompt', '--use', 'shout', '--help'), /^SHOUT MINER FLAGS\n {2}--mark=TEXT/m)
    assert.match(await does('config', 'show', '--use', 'shout'), /^\[shout\]\nmark = "!"$/m)
    assert.match(
      await does('dialects'),
      /^haiku +– +HaikuSynapse +nobody\/haiku-subnet@0000000 +dialect-haiku 0\.1\.0$/m,
    )
    assert.match(await does('autocomplete', '--refresh-cache').then(someone.completion), /'serve'\) words=.*'--mark'/)

    await using serving = await startMiner(
      ['serve', '--dev', '--use', 'shout', '--dialect', 'haiku', '--axon-port', '0'],
      {
        env,
      },
    )
    const body = join(someone.home, 'body.json')
    writeFileSync(body, JSON.stringify({ theme: 'frost\non\nglass', language: 'English', lines: [] }))
    const ask = ['query', '--dev', '--url', serving.url, '--dialect', 'haiku', '--body', body, '--json']
    assert.deepEqual(JSON.parse(await does(...ask)).fields.lines, ['FROST', 'ON', 'GLASS!'])
    await serving.stop()
    const told = serving.records.filter(({ event }) => event === 'plugin')
    assert.deepEqual(
      told.map(({ package: brings, version }) => [brings, version]),
      [
        ['miner-shout', '0.1.0'],
        ['dialect-haiku', '0.1.0'],
      ],
    )
    for (const { integrity } of told) assert.match(String(integrity), /^sha512-/)
  })

  it('are linked from a folder', async () => {
    using someone = user()
    const { does } = someone
    await does('plugins:link', shout, '--no-install')
    assert.equal(await does('prompt', '--use', 'shout', 'hi'), 'HI!\n')
    assert.match(someone.completion(), /'prompt'\) words=.*'--mark'/)
    await does('plugins:uninstall', shout)
    assert.doesNotMatch(await does('miners'), /shout/)
    assert.ok(existsSync(join(shout, 'package.json')), 'the folder itself stays')
  })

  it('are installed from two folders', async () => {
    using someone = user()
    const { does } = someone
    await does('plugins:install', `file:${haiku}`)
    await does('plugins:install', `file:${shout}`)
    assert.match(await does('miners'), /^shout /m)
    assert.match(await does('dialects'), /^haiku /m)
  })

  it('leave a configuration that names them with an error that says so', async () => {
    using someone = user('use = "shout"\n[shout]\nmark = "?"\n')
    const { does, miner } = someone
    await does('plugins:install', 'miner-shout')
    assert.equal(await does('prompt', 'hi'), 'HI?\n')
    await does('plugins:uninstall', 'miner-shout')
    const { code, stderr } = await miner('prompt', 'hi')
    assert.equal(code, 2)
    assert.match(stderr, /there is no miner "shout" \(.*config\.toml: use\)\n {2}try: .*miner plugins:install PACKAGE/)
  })

  it('are updated to what has been published since', async () => {
    using someone = user()
    const { does } = someone
    await does('plugins:install', 'miner-shout')
    const next = join(work, 'next')
    copyExample('miner-shout', next, {
      version: '0.2.0',
      source: text =>
        text.replace("default('!')", "default('!!')").replace('mark:', 'pitch: z.int().default(1),\n mark:'),
    })
    await registry.publish(next)
    assert.equal(await does('prompt', '--use', 'shout', 'hi'), 'HI!\n')
    assert.equal(await does('plugins:update'), 'miner-shout 0.1.0 → 0.2.0\n')
    assert.equal(await does('plugins:update'), 'miner-shout 0.2.0 is up to date\n')
    assert.equal(await does('prompt', '--use', 'shout', 'hi'), 'HI!!\n')
    assert.match(await does('miners'), /miner-shout 0\.2\.0$/m)
    assert.match(someone.completion(), /'prompt'\) words=.*'--pitch'/)
  })

  it('are not found by a name or a version that nobody has published', async () => {
    using someone = user()
    const name = await someone.miner('plugins:install', 'miner-nobody')
    assert.notEqual(name.code, 0)
    assert.match(name.stderr, /^error: the registry has no package miner-nobody\n/m)
    const release = await someone.miner('plugins:install', 'miner-shout@9.9.9')
    assert.notEqual(release.code, 0)
    assert.match(
      release.stderr,
      /^error: the registry has no version miner-shout@9\.9\.9\n {2}try: leave the version out/m,
    )
    assert.doesNotMatch(release.stderr, /^npm error/m)
    assert.equal(someone.installed('miner-shout'), false)
  })

  describe('whose peer dependencies do not fit', () => {
    before(async () => {
      const oclif = { contract: 1, miners: {} }
      for (const [name, about] of [
        ['lib-peer', { version: '1.0.0' }],
        ['lib-peer', { version: '2.0.0' }],
        ['miner-old', { oclif, peerDependencies: { 'lib-peer': '1' } }],
        ['miner-new', { oclif, peerDependencies: { 'lib-peer': '2' } }],
        ['miner-with-host', { oclif, peerDependencies: { 'bittensor-miner': '*' } }],
      ] as const) {
        const folder = mkdtempSync(join(work, 'peer-'))
        writePackage(folder, name, { 'package.json': about })
        await registry.publish(folder)
      }
    })

    it('are told of by both sides, and the one that was there stays', async () => {
      using someone = user()
      await someone.does('plugins:install', 'miner-old')
      const { code, stderr } = await someone.miner('plugins:install', 'miner-new')
      assert.equal(code, 1)
      assert.match(
        stderr,
        /^error: two packages need versions that exclude each other: miner-old 1\.0\.0 needs lib-peer 1, and miner-new 1\.0\.0 needs lib-peer 2\n {2}try: .*plugins:uninstall one of them/m,
      )
      assert.doesNotMatch(stderr, /^npm error/m)
      assert.ok(someone.installed('miner-old') && !someone.installed('miner-new'))
    })

    it('are told of when this program came a second time', async () => {
      using someone = user()
      const { code, stderr } = await someone.miner('plugins:install', 'miner-with-host')
      // The registry has this program, and not all that it depends on.
      assert.equal(code, 2)
      assert.match(stderr, /^error: the registry has no package \S+\n/m)
      const alone = { ...someone.env, npm_config_legacy_peer_deps: 'true' }
      assert.equal((await spawnMiner(['plugins:install', 'miner-with-host'], { env: alone })).code, 0)
      assert.equal(someone.installed('bittensor-miner'), false)
    })
  })

  describe('that is dead', () => {
    it('are not updated, which is said with the reason', async () => {
      using someone = user()
      await someone.does('plugins:install', 'miner-shout')
      const env = { ...someone.env, ...dead, npm_config_cache: join(work, 'no-cache') }
      const { code, stdout, stderr } = await spawnMiner(['plugins:update'], { env, timeoutMs: 20_000 })
      assert.deepEqual([code, stdout], [1, ''])
      assert.match(stderr, /^error: npm cannot use the registry: .*ECONNREFUSED 127\.0\.0\.1:9\n {2}try: /)
      assert.equal(await someone.does('prompt', '--use', 'shout', 'hi'), 'HI!!\n')
    })

    const dead = { npm_config_registry: 'http://127.0.0.1:9/' }

    it('are installed from folders all the same, and work', async () => {
      using someone = user()
      const env = { ...someone.env, ...dead, npm_config_cache: join(work, 'no-cache') }
      for (const what of [`file:${haiku}`, `file:${shout}`]) {
        const { code, stdout, stderr } = await spawnMiner(['plugins:install', what], { env })
        assert.equal(code, 0, stdout + stderr)
      }
      assert.equal(await someone.does('prompt', '--use', 'shout', 'hi'), 'HI!\n')
    })

    it('cannot be installed by name, which is said within seconds', async () => {
      using someone = user()
      const env = { ...someone.env, ...dead, npm_config_cache: join(work, 'no-cache') }
      const { code, stderr } = await spawnMiner(['plugins:install', 'miner-shout'], { env, timeoutMs: 20_000 })
      assert.equal(code, 1)
      assert.match(stderr, /^error: npm cannot use the registry: .*ECONNREFUSED 127\.0\.0\.1:9\n {2}try: /m)
    })
  })
})

async function done(command: string, args: readonly string[], { cwd }: { cwd: string }): Promise<void> {
  const { code, stdout, stderr } = await run('bash', ['-c', 'cd "$1" && shift && "$@"', 'bash', cwd, command, ...args])
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`)
}

/** A bare repository with the built plugin: npm would build it, but with packages that this registry does not have. */
async function commitTo(bare: string): Promise<void> {
  const tree = join(work, 'tree')
  await done('tar', ['-xzf', join(work, 'miner-shout-0.1.0.tgz')], { cwd: work })
  await done('mv', ['package', tree], { cwd: work })
  const file = join(tree, 'package.json')
  const { scripts: _scripts, devDependencies: _devDependencies, ...about } = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, JSON.stringify(about))
  const as = ['-c', 'user.name=author', '-c', 'user.email=author@localhost']
  await done('git', ['init', '--quiet'], { cwd: tree })
  await done('git', ['add', '.'], { cwd: tree })
  await done('git', [...as, 'commit', '--quiet', '--message', 'shout'], { cwd: tree })
  await done('git', ['clone', '--quiet', '--bare', tree, bare], { cwd: work })
}
