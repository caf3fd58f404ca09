import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runMiner, startMiner } from '../support/miner-process.ts'
import { startModelServer } from '../support/model-server.ts'

const { commands } = JSON.parse(readFileSync(new URL('../../oclif.manifest.json', import.meta.url), 'utf8'))
// Modules of this program that begin the work of a chain, a thread among them.
const ownChain = ['dist/chain/thread', 'dist/chain/open-chain.js', 'dist/neuron/start-neuron.js']
// Node's own HTTP client: twice the time of a start, and an `import` of `node:http` suffices to load it.
const undici = 'NativeModule internal/deps/undici/undici'
const openaiMiner = 'dist/miners/openai/openai-miner.js'
const trace = fileURLToPath(new URL('../support/trace-imports.ts', import.meta.url))

describe('what a command loads', () => {
  // Milliseconds of every start; the second list shows that the trace sees what it should.
  const chain = ['@polkadot-api/substrate-bindings', 'ipaddr.js', 'polkadot-api', 'ws']
  const light = [
    '@clack/prompts',
    '@scure/sr25519',
    '@polkadot-labs/schnorrkel-wasm',
    ...chain,
    'fastify',
    'libsodium-wrappers-sumo',
    'openai',
  ]
  it('names packages that exist', () => {
    const missing = light.filter(name => !existsSync(new URL(`../../node_modules/${name}`, import.meta.url)))
    assert.deepEqual(missing, [])
    assert.ok([...ownChain, openaiMiner].every(path => existsSync(new URL(`../../${path}`, import.meta.url))))
  })

  for (const id of Object.keys(commands))
    it(`miner ${id.replaceAll(':', ' ')} --help: no client of the chain, no model, no server`, () =>
      assertLoads([...id.split(':'), '--help'], {
        not: [...light, 'pino', 'smol-toml', 'tsyringe', 'zod'],
        but: ['@oclif/core'],
      }))

  const cases: [args: string[], not: string[], but: string[]][] = [
    [['--version'], [...light, 'pino', 'tsyringe', 'zod', '@oclif/core'], []],
    [['--help'], [...light, 'pino', 'tsyringe', 'zod'], ['@oclif/core']],
    [['nope'], [...light, 'pino', 'tsyringe', 'zod'], ['@oclif/core']],
    [['config', 'show'], [...light, 'smol-toml'], ['zod']],
    [['config', 'show', '--origin', '--json'], light, ['zod']],
    [['miners'], [...light, 'pino'], ['zod']],
    [['dialects'], [...light, 'pino'], ['zod']],
    [['plugins'], [...light, 'pino'], ['zod']],
    [['check', '--use', 'echo'], light, ['zod']],
    [['models', '--use', 'echo'], light, ['zod']],
    [['prompt', 'hi', '--use', 'echo'], light, ['zod']],
    [
      ['init', '--use', 'echo', '--yes', '--no-check'],
      light.filter(name => name !== '@polkadot-labs/schnorrkel-wasm'), // of the hotkey
      ['zod'],
    ],
  ]
  for (const [args, not, but] of cases) {
    it(`miner ${args.join(' ')}: not ${not.join(', ')}`, async () => assertLoads(args, { not, but }))
  }

  it('miner prompt: openai, and nothing of the network but it', async () => {
    await using model = await startModelServer()
    const not = light.filter(name => name !== 'openai')
    const urls = await assertLoads(['prompt', 'hi', '--base-url', model.url], { not, but: ['openai'] })
    for (const path of [undici, openaiMiner]) assert.ok(urls.includes(path), `${path} is not loaded`)
  })

  it('miner serve --dev: an axon, and no client of the chain', () =>
    withTrace(async ({ env, urls }) => {
      await using miner = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0'], { env })
      await miner.stop()
      assertLoaded(urls(), { not: chain.filter(name => name !== 'ipaddr.js'), but: ['fastify'] })
      assert.equal(urls().includes(undici), false, 'undici is loaded')
    }))
})

/** Runs a command, and returns what it loaded. One that asks no model loads no undici, and help no miner. */
async function assertLoads(args: string[], expected: Expected): Promise<string> {
  const isOfModel = expected.but.includes('openai')
  const not = [...ownChain, ...(isOfModel ? [] : [undici]), ...(args.includes('--help') ? [openaiMiner] : [])]
  return withTrace(async ({ env, urls }) => {
    await runMiner(args, { env })
    assertLoaded(urls(), expected)
    for (const path of not) assert.equal(urls().includes(path), false, `${path} is loaded`)
    return urls()
  })
}

type Expected = { readonly not: readonly string[]; readonly but: readonly string[] }

function assertLoaded(urls: string, { not, but }: Expected): void {
  for (const name of but) assert.ok(urls.includes(`/node_modules/${name}/`), `${name} is not loaded`)
  for (const name of not) assert.equal(urls.includes(`/node_modules/${name}/`), false, `${name} is loaded`)
}

/** What makes a process of the program write the URLs of the modules that it loads, and those. */
type Trace = { readonly env: Record<string, string>; readonly urls: () => string }

async function withTrace<T>(run: (trace: Trace) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'miner-imports-'))
  try {
    const file = join(folder, 'trace')
    const env = { NODE_OPTIONS: `--import=${trace}`, TRACE: file }
    return await run({ env, urls: () => readFileSync(file, 'utf8') })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
