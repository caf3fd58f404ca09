import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../support/child-process.ts'
import { runMiner, spawnMiner, startMiner } from '../support/miner-process.ts'
import { said, startModelServer } from '../support/model-server.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const modules = join(root, 'node_modules')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const files = [
  '.gitignore',
  'LICENSE',
  'README.md',
  'package.json',
  'src/index.ts',
  'test/index.test.ts',
  'test/tsconfig.json',
  'tsconfig.json',
]

describe('miner create', () => {
  let home: string

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'miner-create-'))
  })

  afterEach(() => rmSync(home, { recursive: true, force: true }))

  for (const [kind, ...more] of [['miner'], ['miner', '--extends', 'openai'], ['dialect']] as const)
    it(`writes a ${[kind, ...more].join(' ')} that can be built, passes its test, and is published with what it needs`, async () => {
      const folder = join(home, 'new', 'package')
      const created = await spawnMiner(['create', kind, 'my-own', ...more, '--dir', folder, '--json'])
      assert.deepEqual(
        { ...created, stdout: JSON.parse(created.stdout) },
        {
          code: 0,
          signal: null,
          stderr: '',
          stdout: {
            package: `${kind}-my-own`,
            folder,
            files,
            next: [
              `cd ${folder}`,
              'npm install',
              'npm test',
              'npx miner plugins:link .',
              `npx miner ${kind === 'miner' ? 'prompt --use my-own hi' : 'serve --dev --use echo --dialect my-own'}`,
            ],
            withoutRegistry: [
              `npm pack --ignore-scripts --pack-destination . ${root.replace(/\/$/, '')}`,
              `npm install --save-dev ./bittensor-miner-${version}.tgz`,
            ],
          },
        },
      )
      assert.deepEqual(filesIn(folder), files)
      for (const file of files) assert.doesNotMatch(readFileSync(join(folder, file), 'utf8'), /\{\{|undefined/, file)

      linkModules(folder)
      await passes([tsc, '-p', folder])
      await passes([tsc, '-p', join(folder, 'test')])
      assert.match(await passes(['--test', join(folder, 'test/index.test.ts')]), /^ℹ pass 1$/m)
      const packed = await passes([npm, 'pack', folder, '--dry-run', '--json', '--ignore-scripts'])
      const [{ name, files: published }] = JSON.parse(packed)
      assert.equal(name, `${kind}-my-own`)
      assert.deepEqual(
        published.map(({ path }: { path: string }) => path),
        ['LICENSE', 'README.md', 'dist/index.d.ts', 'dist/index.js', 'package.json'],
      )
    })

  it('writes packages that a TypeScript program imports', async () => {
    const modulesThere = join(home, 'node_modules')
    linkModules(home)
    const packages = [
      ['miner', 'shout'],
      ['miner', 'retr', '--extends', 'openai'],
      ['dialect', 'mine'],
    ]
    for (const [kind, name, ...more] of packages) {
      const folder = join(modulesThere, `${kind}-${name}`)
      await runMiner(['create', kind!, name!, ...more, '--dir', folder])
      await passes([tsc, '-p', folder])
    }
    const program = `
      import { openMiner } from 'bittensor-miner/embed'
      import shout from 'miner-shout'
      import retr from 'miner-retr'
      import mine from 'dialect-mine'
      await using one = await openMiner({ use: shout, dialect: mine, settings: { shout: { prefix: '> ' } } })
      await using two = await openMiner({ use: retr, settings: { retr: { rule: 'Be brief.' } } })
      console.log(typeof one.resolve, typeof two.resolve)`
    writeFileSync(join(home, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(home, 'program.ts'), program)
    const compilerOptions = { module: 'nodenext', target: 'es2024', lib: ['es2024', 'esnext.disposable'], strict: true }
    const tsconfig = { compilerOptions: { ...compilerOptions, types: ['node'], noEmit: true }, files: ['program.ts'] }
    writeFileSync(join(home, 'tsconfig.json'), JSON.stringify(tsconfig))
    await passes([tsc, '-p', home])
    assert.equal(await passes([join(home, 'program.ts')]), 'function function\n')
  })

  for (const kind of ['miner', 'dialect'])
    it(`writes a ${kind} that an older Node builds and tests with the Node that the package brings`, async () => {
      await runMiner(['create', kind, 'my-own', '--dir', home])
      linkModules(home)
      const older = mkdtempSync(join(tmpdir(), 'miner-older-'))
      writeFileSync(join(older, 'node'), '#!/bin/sh\necho "the older node ran" >&2\nexit 1\n', { mode: 0o755 })
      const env = { PATH: `${older}:/usr/bin:/bin` }
      // npm checks its own Node against package.json before it runs or installs anything.
      const olderVersion = 'data:text/javascript,Object.defineProperty(process, "version", { value: "v20.19.0" })'
      for (const command of ['prepare', 'test']) {
        const args = ['--import', olderVersion, npm, 'run', command, '--prefix', home]
        const { code, stdout, stderr } = await run(process.execPath, args, { env })
        assert.equal(code, 0, stdout + stderr)
        assert.doesNotMatch(stderr, /EBAD|the older node ran/)
      }
      rmSync(older, { recursive: true })
    })

  it('writes a package whose Node is the one of this program, and may run its install script', async () => {
    await runMiner(['create', 'miner', 'my-own', '--dir', home])
    const of = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const { devEngines, allowScripts, devDependencies } = of(home)
    assert.deepEqual([devEngines, allowScripts], [undefined, of(root).allowScripts])
    assert.equal(devDependencies.node, `^${of(root).devDependencies.node}`)
  })

  for (const [kind, name, ...more] of [
    ['miner', 'shout'],
    ['miner', 'retriever', '--extends', 'openai'],
    ['dialect', 'haiku'],
  ] as const)
    it(`writes the package.json of examples/${kind}-${name}`, async () => {
      await runMiner(['create', kind, name, ...more, '--dir', home])
      const of = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      const { description: _made, ...made } = of(home)
      const { description: _shown, dependencies: _own, ...shown } = of(join(root, 'examples', `${kind}-${name}`))
      assert.deepEqual(shown, made)
    })

  it('writes a miner that is there as soon as it is linked', async () => {
    const folder = join(home, 'miner-my-own')
    const env = { MINER_DATA_DIR: join(home, 'data') }
    await runMiner(['create', 'miner', 'my-own', '--dir', folder])
    linkModules(folder)
    await passes([tsc, '-p', folder])
    const linked = await runMiner(['plugins:link', folder, '--no-install'], { env })
    assert.equal(linked.code, 0, linked.stderr)
    const said = await runMiner(['prompt', '--use', 'my-own', '--prefix', '> ', 'hi'], { env })
    assert.deepEqual(said, { code: 0, signal: null, stdout: '> hi\n', stderr: '' })
  })

  it('writes an extension that is there as soon as it is linked', async () => {
    await using model = await startModelServer(said('hello'))
    const folder = join(home, 'miner-my-own')
    const env = { MINER_DATA_DIR: join(home, 'data') }
    await runMiner(['create', 'miner', 'my-own', '--extends', 'openai', '--dir', folder])
    linkModules(folder)
    await passes([tsc, '-p', folder])
    await runMiner(['plugins:link', folder, '--no-install'], { env })
    const args = ['prompt', '--use', 'my-own', '--base-url', model.url, '--signature', 'Yours', 'hi']
    assert.deepEqual(await runMiner(args, { env }), {
      code: 0,
      signal: null,
      stdout: 'hello\n\nYours\n',
      stderr: '',
    })
  })

  it('refuses to extend a miner that cannot be extended', async () => {
    const { code, stderr } = await runMiner(['create', 'miner', 'my-own', '--extends', 'echo', '--dir', home])
    assert.equal(code, 2)
    assert.equal(stderr, 'error: --extends must be one of: openai\n  try: add --help to see what the command takes\n')
    const empty = await runMiner(['create', 'miner', 'my-own', '--dir', home, '--extends'])
    assert.equal(empty.code, 2)
    assert.equal(empty.stderr, 'error: --extends needs a value\n  try: --extends followed by one of: openai\n')
    assert.deepEqual(readdirSync(home), [])
  })

  it('writes a dialect that can be served as soon as it is linked', async () => {
    const folder = join(home, 'dialect-my-own')
    const env = { MINER_DATA_DIR: join(home, 'data') }
    await runMiner(['create', 'dialect', 'my-own', '--dir', folder])
    linkModules(folder)
    await passes([tsc, '-p', folder])
    await runMiner(['plugins:link', folder, '--no-install'], { env })
    const args = ['serve', '--dev', '--use', 'echo', '--dialect', 'my-own', '--axon-port', '0']
    await using miner = await startMiner(args, { env })
    assert.equal(miner.records.find(({ event }) => event === 'serving')!.dialect, 'my-own')
  })

  it('names the folder as the package, and says what to do next', async () => {
    const { code, stdout } = await runMiner(['create', 'dialect', 'my-own'], { cwd: home })
    assert.equal(code, 0)
    assert.deepEqual(filesIn(join(home, 'dialect-my-own')), files)
    assert.match(stdout, /^dialect-my-own\/package\.json$/m)
    assert.match(stdout, /^ {2}cd dialect-my-own$/m)
    assert.match(
      stdout,
      /^ {2}npm pack --ignore-scripts --pack-destination \. '?\/.*\n {2}npm install --save-dev \.\/bittensor-miner-\d.*\.tgz$/m,
    )
  })

  for (const kind of ['miner', 'dialect'])
    it(`takes the name of a package for that of its ${kind}`, async () => {
      const { stdout } = await runMiner(['create', kind, `${kind}-my-own`, '--json'], { cwd: home })
      assert.equal(JSON.parse(stdout).package, `${kind}-my-own`)
      const { oclif } = JSON.parse(readFileSync(join(home, `${kind}-my-own`, 'package.json'), 'utf8'))
      assert.deepEqual(oclif, { contract: 2, [`${kind}s`]: { 'my-own': './dist/index.js' } })
    })

  it('never writes over what is there', async () => {
    const mine = join(home, 'mine.txt')
    writeFileSync(mine, 'mine')
    for (const [dir, words] of [
      [home, 'is not empty'],
      [mine, 'is not a folder'],
      [join(mine, 'below'), 'is not a folder'],
    ] as const) {
      const { code, stderr } = await runMiner(['create', 'miner', 'my-own', '--dir', dir])
      assert.equal(code, 2)
      assert.equal(stderr, `error: ${dir} ${words}\n  try: choose another folder with --dir\n`)
    }
    assert.deepEqual(readdirSync(home), ['mine.txt'])
    assert.equal(readFileSync(mine, 'utf8'), 'mine')
  })

  for (const [kind, name, code, words] of [
    ['miner', 'My', 'INVALID_VALUE', 'lowercase letters'],
    ['miner', '9lives', 'INVALID_VALUE', 'starts with a letter'],
    ['miner', 'miner-', 'INVALID_VALUE', 'starts with a letter'],
    ['miner', 'a--b', 'INVALID_VALUE', 'lowercase letters'],
    ['dialect', 'a'.repeat(41), 'INVALID_VALUE', 'at most 40'],
    ['dialect', '../up', 'INVALID_VALUE', 'lowercase letters'],
    ['miner', 'openai', 'NAME_TAKEN', 'openai'],
    ['miner', 'wallet-of-mine', 'NAME_TAKEN', 'wallet-of-mine'],
    ['miner', 'data', 'NAME_TAKEN', 'data'],
    ['miner', 'miner-data', 'NAME_TAKEN', 'the name data'],
    ['dialect', 'prompting', 'NAME_TAKEN', 'prompting'],
    ['dialect', undefined, 'NAME_MISSING', 'the name of the dialect is missing'],
  ] as const)
    it(`refuses ${name ?? 'no name'} for a ${kind}`, async () => {
      const ended = await runMiner(['create', kind, ...(name ? [name] : []), '--json'], { cwd: home })
      const { error } = JSON.parse(ended.stdout)
      assert.deepEqual({ exit: ended.code, code: error.code }, { exit: 2, code })
      assert.ok(error.message.includes(words), error.message)
      assert.deepEqual(readdirSync(home), [])
    })

  it('makes the folders above its own', async () => {
    assert.equal((await runMiner(['create', 'miner', 'my-own', '--dir', join(home, 'a/b/c')])).code, 0)
    assert.deepEqual(filesIn(join(home, 'a/b/c')), files)
  })

  it('comes to an end where the system lets nobody make a folder', async function () {
    if (!existsSync('/proc/self')) this.skip()
    const { code, stderr } = await runMiner(['create', 'miner', 'my-own', '--dir', '/proc/x'])
    assert.equal(code, 1)
    assert.equal(stderr, 'error: cannot write to /proc/x: ENOENT\n  try: choose another folder with --dir\n')
  })

  it('takes a folder that is there and empty', async () => {
    assert.equal((await runMiner(['create', 'miner', 'my-own', '--dir', home])).code, 0)
    assert.deepEqual(filesIn(home), files)
  })
})

const tsc = join(modules, 'typescript/bin/tsc')
const npm = join(modules, 'npm/bin/npm-cli.js')

/** What `npm install` would bring, from here. */
function linkModules(folder: string): void {
  mkdirSync(join(folder, 'node_modules', '@types'), { recursive: true })
  symlinkSync(root, join(folder, 'node_modules/bittensor-miner'))
  for (const name of ['typescript', '@types/node', 'node', '.bin'])
    symlinkSync(join(modules, name), join(folder, 'node_modules', name))
}

/** Runs Node, which must end well. @returns what it said */
async function passes(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(process.execPath, args)
  assert.equal(code, 0, stdout + stderr)
  return stdout
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort()
}
