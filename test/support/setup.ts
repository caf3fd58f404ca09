// Loaded by mocha before any test: blocks connections to other machines, hides the user's settings, and fails tests
// that leave a rejection unhandled.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import nock from 'nock'
import { endHosts } from './run-command.ts'

// Node shows no colours under a CI that it does not know.
const hidden = /^(MINER|OPENAI|BT)_|^(CI|NO_COLOR|NODE_DISABLE_COLORS|FORCE_COLOR)$/
for (const name of Object.keys(process.env)) if (hidden.test(name)) delete process.env[name]
const home = mkdtempSync(join(tmpdir(), 'miner-test-'))
for (const kind of ['CONFIG', 'DATA', 'CACHE']) process.env[`MINER_${kind}_DIR`] = join(home, kind.toLowerCase())
// Not in the cache folder, which is new for most processes: compiling everything again takes longer than many tests.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url))
process.env.BT_WALLET_PATH = join(home, 'wallets')

// An unhandled rejection would end the miner's process, but mocha alone ignores it.
process.on('unhandledRejection', reason => {
  throw reason
})

// In mocha's main process: a worker that dies while it is idle would end the run without a summary, and with 0. Mocha
// overwrites this code when it finishes.
export function mochaGlobalSetup(): void {
  process.exitCode = 1
}

export const mochaHooks = {
  beforeAll() {
    mkdirSync(home, { recursive: true }) // for each file: afterAll is over behind each of them
    nock.disableNetConnect()
    nock.enableNetConnect('127.0.0.1')
  },
  afterEach() {
    nock.cleanAll()
  },
  async afterAll() {
    await endHosts()
    rmSync(home, { recursive: true, force: true })
  },
}
