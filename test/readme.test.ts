import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requestLogPath } from '#dist/request-log/request-log-path.js'
import { entry, write } from './request-log/logged.ts'
import { startChainNode } from './support/chain/start-chain-node.ts'
import { subnetOf } from './support/chain/subnet-of.ts'
import { run } from './support/child-process.ts'
import { runMiner, startMiner } from './support/miner-process.ts'
import { answered, type Behaviour, said, startModelServer } from './support/model-server.ts'
import { alice, bob } from './support/signed-request.ts'

// What the README shows, run: a page that shows what does not work is worse than none.
const shown = readFileSync('README.md', 'utf8')
  .split('\n')
  .filter(line => /^ {4}.*npx miner /.test(line))
  .map(line => line.trim())

const words = (command: string) =>
  [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(found => found.slice(1).find(word => word !== undefined)!)

const replies: Behaviour = (response, request) => {
  const reply = request.method === 'GET' ? answered(200, { data: [{ id: 'gpt-3.5-turbo' }] }) : said('Hello')
  return reply(response, request)
}

/** Of the wallet below, and of a validator. */
const neurons = [{ hotkey: bob.address }, { hotkey: alice.address, hasPermit: true }]

function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'miner-readme-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

describe('the README', () => {
  it('shows commands', () => assert.ok(shown.length >= 8, `only ${shown.length} are found`))

  for (const line of shown) {
    const [before = '', command = ''] = line.split('npx miner ')
    const args = words(command)

    it(`shows \`${line}\``, async () => {
      await using model = await startModelServer(replies)
      await using chain = await startChainNode({ subnets: [subnetOf(neurons)] })
      using data = temporaryFolder()
      const env = {
        OPENAI_BASE_URL: model.url,
        // The model is that of the page, and its host is not the vendor's here.
        MINER_PRICES: JSON.stringify({ 'gpt-4o-mini': { input: 0.15, output: 0.6 } }),
        MINER_DATA_DIR: data.path,
        MINER_SUBTENSOR_NETWORK: chain.url,
        MINER_AXON_EXTERNAL_IP: '203.0.113.7',
        MINER_WALLET_PATH: 'test/fixtures/wallets',
        MINER_WALLET_NAME: 'plain',
        MINER_AXON_PORT: '0',
        MINER_AXON_HOST: '127.0.0.1',
      }
      if (args[0] === 'serve') {
        await using miner = await startMiner(args, { env })
        assert.equal((await miner.stop()).code, 0)
        return
      }
      if (args[0] === 'status' || args[0] === 'doctor') {
        await using miner = await startMiner(['serve', '--use', 'echo'], { env })
        if (!miner.records.some(({ event }) => event === 'announced')) await miner.next('announced')
        const { code, stdout } = await runMiner(args, { env })
        assert.equal(code, 0, stdout)
        return
      }
      if (args[0] === 'init') {
        // It asks on a terminal, where test/commands/init-terminal.test.ts answers.
        const { code, stderr } = await runMiner([...args, '--yes'], { env })
        assert.equal(code, 0, stderr)
        return
      }
      if (args[0] === 'service') {
        const inFolder = args.map((word, at) => (args[at - 1] === '--write' ? join(data.path, word) : word))
        // It asks no server, and a container reaches none of this machine.
        const servers = { OPENAI_BASE_URL: 'https://api.openai.com/v1', MINER_SUBTENSOR_NETWORK: 'finney' }
        const { code, stderr } = await runMiner(inFolder, { env: { ...env, ...servers, MINER_AXON_PORT: '8091' } })
        assert.equal(code, 0, stderr)
        return
      }
      if (args[0] === 'query' || args[0] === 'audit') {
        await using miner = await startMiner(['serve', '--dev', '--use', 'echo'], { env })
        // An audit waits half a minute by design.
        const { code, stderr } = await runMiner([...args, '--url', miner.url], { timeoutMs: 170_000 })
        assert.equal(code, 0, stderr)
        return
      }
      if (args[0] === 'logs') {
        const kept = entry({ id: `${args[2]}-4f1c`, ms: 6_000 })
        await write(requestLogPath(join(data.path, 'requests'), { netuid: 1, hotkey: bob.address }), [kept])
        const { code, stdout } = await runMiner(args, { env })
        assert.deepEqual([code, stdout.includes(kept.request.id.slice(0, 8))], [0, true])
        return
      }
      const { code, stderr } = await runMiner(args, { env, input: /^echo (.*) \|/.exec(before)?.[1] ?? '' })
      assert.equal(code, 0, stderr)
    })
  }

  it('shows what the demo prints', async () => {
    const { code, stdout, stderr } = await run(process.execPath, ['scripts/demo.js'])
    assert.equal(code, 0, stderr)
    const changing = (text: string) => text.replace(/:\d+, miner/, ':PORT, miner').replace(/in \d+ ms/, 'in MS ms')
    for (const line of stdout.trim().split('\n')) {
      assert.ok(changing(readFileSync('README.md', 'utf8')).includes(changing(line)), line)
    }
  })
})
