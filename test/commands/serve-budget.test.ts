import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runMiner, startMiner } from '../support/miner-process.ts'
import { type Behaviour, said, stalled, startModelServer } from '../support/model-server.ts'
import { linkedPlugins, shout, shoutMiner } from '../support/plugins.ts'
import { alice, bob, send, signedRequest } from '../support/signed-request.ts'

const wallets = fileURLToPath(new URL('../fixtures/wallets', import.meta.url))
const serve = [
  ...['serve', '--network', 'none', '--allow', alice.address, '--store', 'disk', '--model', 'm'],
  ...['--axon-host', '127.0.0.1', '--axon-port', '0', '--wallet-path', wallets, '--wallet-name', 'plain'],
]
/** Dollars of an answer of 9 and 2 tokens. */
const ANSWER = 0.011

describe('miner serve with a budget', () => {
  let data: string
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'miner-serve-budget-'))
  })
  afterEach(() => rmSync(data, { recursive: true, force: true }))
  const written = (text: string) => {
    writeFileSync(join(data, 'config.toml'), text)
    return join(data, 'config.toml')
  }
  const money = () => join(data, 'chain', `money-1-${bob.address}`)
  const spent = () => JSON.parse(readFileSync(join(money(), 'budget.json'), 'utf8')).spent.all / 1e9

  async function start(behaviour: Behaviour, ...flags: string[]) {
    const model = await startModelServer(behaviour)
    const file = written(`[prices.m]\ninput = 1000\noutput = 1000\n`)
    const args = [...serve, '--config', file, '--base-url', model.url, '--max-tokens', '10', ...flags]
    const miner = await startMiner(args, { env: { MINER_DATA_DIR: data } }).catch(async error => {
      await model[Symbol.asyncDispose]()
      throw error
    })
    const unknown = miner.records.find(({ event }) => event === 'noncesUnknown')
    await new Promise(resolve => setTimeout(resolve, Math.max(0, Number(unknown?.untilMs ?? 0) - Date.now() + 2)))
    return {
      miner,
      model,
      async [Symbol.asyncDispose]() {
        await miner[Symbol.asyncDispose]()
        await model[Symbol.asyncDispose]()
      },
    }
  }

  it('keeps it over a restart and over kill -9, and says at the end what was spent', async () => {
    {
      await using it = await start(said('Hello'), '--budget', '2usd/day')
      assert.equal((await send(it.miner.url, signedRequest())).status, 200)
      assert.equal((await it.miner.stop()).code, 0)
    }
    assert.ok(Math.abs(spent() - ANSWER) < 1e-9)
    const [day] = readdirSync(money()).filter(name => name.startsWith('ledger-'))
    const { hotkeys } = JSON.parse(readFileSync(join(money(), day!), 'utf8'))
    assert.deepEqual(hotkeys, {
      [alice.address]: { requests: 1, nano: ANSWER * 1e9, unknown: 0, promptTokens: 9, completionTokens: 2 },
    })
    {
      await using it = await start(stalled(), '--budget', '2usd/day')
      const asking = send(it.miner.url, signedRequest()).catch(() => {})
      await it.model.arrived(0)
      it.miner.send('SIGKILL')
      await it.miner.ended
      await asking
    }
    // The most of a question that was at work, and what is written ahead.
    const after = spent()
    assert.ok(after > 0.5 + ANSWER && after < 1.5, String(after))
    {
      await using it = await start(said('Hello'), '--budget', `${(after + 0.1).toFixed(6)}usd/day`)
      const { status, headers, json } = await send(it.miner.url, signedRequest())
      assert.deepEqual(
        [status, json.message],
        [429, "The day's budget of this miner leaves too little until the day (UTC) turns"],
      )
      assert.ok(Number(headers['retry-after']) <= 86_400)
      assert.equal(it.model.requests.length, 0)
      assert.equal(it.miner.records.filter(({ event }) => event === 'budgetSpent').length, 1)
    }
  })

  it('does not start while a model has no price, and names it, its endpoint and the command that gives one', async () => {
    const args = ['--base-url', 'http://127.0.0.1:9/v1', '--budget', '5usd/day', '--max-tokens', '10']
    const env = { MINER_DATA_DIR: data }
    const { code, stderr } = await runMiner([...serve, ...args], { env })
    assert.equal(code, 2)
    assert.match(stderr, /budget\.limit cannot be kept: m at 127\.0\.0\.1:9 has no price .* \(--budget\)/)
    const command = `miner config set 'prices.m at 127.0.0.1:9' '{"input":0.10,"output":0.40}'`
    assert.ok(stderr.endsWith(`try: ${command}\n`), stderr)

    // It may be taken as it is, also where the file has the table and ends in another one.
    const file = written('[prices]\nother = { input = 1, output = 2 }\n\n[log]\nlevel = "info"\n')
    const again = await runMiner([...serve, ...args, '--config', file], { env })
    const [, words = ''] = /try: miner (config set .*)\n$/.exec(again.stderr) ?? []
    const given = [...words.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!)
    assert.deepEqual(given.slice(-2), ['--config', file])
    assert.equal((await runMiner(given, { env })).code, 0)
    await using _ = await startMiner([...serve, ...args, '--config', file], { env })
  })

  it('does not start while nothing limits the tokens of an answer', async () => {
    const file = written('[prices.m]\ninput = 1\noutput = 1\n')
    const problem = async (...more: string[]) => {
      const args = [...serve, '--config', file, '--budget-each', '5usd/day', ...more]
      const { code, stderr } = await runMiner(args, { env: { MINER_DATA_DIR: data } })
      assert.equal(code, 2)
      return stderr.replaceAll(/\s+/g, ' ')
    }
    const unlimited = await problem('--base-url', 'http://127.0.0.1:9/v1', '--max-tokens', 'none')
    assert.match(
      unlimited,
      /budget\.each cannot be kept: nothing limits the tokens of an answer of m at 127\.0\.0\.1:9/,
    )
    assert.match(unlimited, /try: set --max-tokens, or maxOutput of prices\."m at 127\.0\.0\.1:9"/)
  })

  it('does not start with a budget below the most of one answer', async () => {
    const file = written('[prices.m]\ninput = 1000\noutput = 1000\n')
    const args = [...serve, '--config', file, '--base-url', 'http://127.0.0.1:9/v1', '--max-tokens', '10']
    const refused = async (...more: string[]) => {
      const { code, stderr } = await runMiner([...args, ...more], { env: { MINER_DATA_DIR: data } })
      assert.equal(code, 2)
      return stderr.replaceAll(/\s+/g, ' ')
    }
    const stderr = await refused('--budget', '0.1usd/day')
    assert.match(stderr, /budget\.limit cannot be kept: one answer may cost \$0\.\d+, so that it admits no request/)
    const [, least = ''] = /try: raise it to at least (\S+), or lower --max-tokens/.exec(stderr) ?? []
    written(
      `[prices.m]\ninput = 1000\noutput = 1000\n[budget.hotkeys]\n${alice.address} = "0.2usd/day"\n${bob.address} = "none"\n`,
    )
    const ofHotkey = await refused('--budget', least)
    assert.ok(!ofHotkey.includes('budget.limit'), ofHotkey)
    assert.ok(ofHotkey.includes(`budget.hotkeys.${alice.address} cannot be kept: one answer may cost`), ofHotkey)
    assert.ok(!ofHotkey.includes(bob.address), ofHotkey)
    assert.match(ofHotkey, /to shut the hotkey out, name it in policy\.deny/)
    await using it = await start(said('Hello'), '--budget-each', least)
    assert.equal((await send(it.miner.url, signedRequest())).status, 200)
  })

  it('does not start with a miner that does not tell what it asks', async () => {
    const { code, stderr } = await runMiner([
      'serve',
      '--dev',
      '--use',
      'echo',
      '--axon-port',
      '0',
      '--budget',
      '1usd/day',
    ])
    assert.equal(code, 2)
    assert.match(stderr, /budget\.limit cannot be kept: the miner echo does not tell which models it asks/)
  })

  it('does not start with a plugin that lists no model, or what is no list of models', async () => {
    const start = async (sources: string) => {
      const told = shoutMiner.replace('async *prompt', `sources: () => (${sources}),\n    async *prompt`)
      using plugin = linkedPlugins({ 'miner-shout': { ...shout, 'index.js': told } })
      const args = ['serve', '--dev', '--use', 'shout', '--axon-port', '0', '--budget', '1usd/day']
      const { code, stderr } = await runMiner(args, { env: plugin.env })
      return { code, stderr: stderr.replaceAll(/\s+/g, ' ') }
    }
    const none = await start('[]')
    assert.equal(none.code, 2)
    assert.match(none.stderr, /budget\.limit cannot be kept: the miner shout does not tell which models it asks/)
    const wrong = await start('[{ endpoint: "e", model: "m" }]')
    assert.equal(wrong.code, 1)
    assert.match(wrong.stderr, /the miner returned an invalid list of sources: 0\.host: /)
  })

  it('reports a budget that is no amount, and one of no hotkey', async () => {
    const file = written('[budget.hotkeys]\nalice = "1usd/day"\n')
    const { code, stderr } = await runMiner([...serve, '--config', file, '--budget', '5eur'])
    assert.equal(code, 2)
    assert.match(stderr, /must be an amount such as 5usd\/day/)
    assert.match(stderr, /budget\.hotkeys\.alice is not a hotkey/)
  })
})
