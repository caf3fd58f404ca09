import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LogRecord, type MinerProcess, runMiner, startMiner } from '../support/miner-process.ts'
import { freshNonce, send, signedRequest } from '../support/signed-request.ts'
import { hasTerminal, onTerminal } from '../support/terminal.ts'

describe('miner top', () => {
  let folder: string
  let env: Record<string, string>
  let miner: MinerProcess
  let adminUrl: string

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'miner-top-'))
    env = { MINER_DATA_DIR: folder }
    miner = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0', '--admin-port', '0'], { env })
    const isOpened = ({ event }: LogRecord) => event === 'adminOpened'
    adminUrl = String((miner.records.find(isOpened) ?? (await miner.next('adminOpened'))).url)
  })
  afterEach(async () => {
    await miner[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  it('prints the figures of the miner of this machine once, where its output is not a terminal', async () => {
    assert.equal((await send(miner.url, signedRequest())).status, 200)
    const { code, stdout, stderr } = await runMiner(['top'], { env })
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /^ {2}miner +echo, dialect prompting, up for /)
    assert.match(stdout, /\n {2}requests +\S+\/s, 1 answered\n/)
    assert.match(stdout, /\n\d\d:\d\d:\d\d 200 +\d+ ms 5Grwv…utQY {2}Prompting echo\n$/)
    const json = JSON.parse((await runMiner(['top', '--json'], { env })).stdout)
    assert.deepEqual([json.status.requests.signed.answered, json.requests.length], [1, 1])
  })

  it('says so when the clocks of all callers differ from its own', async () => {
    for (let at = 0; at < 3; at++) {
      const { status } = await send(miner.url, signedRequest({ nonce: freshNonce(Date.now() - 600_000) }))
      assert.equal(status, 401)
    }
    const { stdout } = await runMiner(['top'], { env })
    assert.match(stdout, /\n {2}problem +3 requests that name validators were refused .*\(Nonce is too old: 3\)/)
    assert.match(stdout, /\n {2}unproven +\S+\/s, 3 that name a validator\n/)
  })

  it('asks the port that --url names, with the token of the variable', async () => {
    const token = readFileSync(join(folder, 'admin/token'), 'utf8').trim()
    const words = ['top', '--url', adminUrl]
    assert.equal((await runMiner(words, { env: { MINER_ADMIN_TOKEN: token } })).code, 0)
    const wrong = await runMiner(words, { env: { MINER_ADMIN_TOKEN: 'x'.repeat(43) } })
    assert.equal(wrong.code, 2)
    assert.match(wrong.stderr, /^error: the admin port \S+ refuses the token\n {2}try: set MINER_ADMIN_TOKEN/)
  })

  it('says what is wrong when it finds no miner, or something else', async () => {
    const none = await runMiner(['top', '--json'])
    assert.deepEqual([none.code, JSON.parse(none.stdout).error.code], [1, 'ADMIN_PORT_MISSING'])
    const other = createServer((_, response) => response.end('<html>')).listen(0, '127.0.0.1')
    await once(other, 'listening')
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
    const silent = await runMiner(['top', '--url', url], { env: { MINER_ADMIN_TOKEN: 'x'.repeat(43) } })
    other.close()
    assert.equal(silent.code, 1)
    assert.match(silent.stderr, /^error: the admin port \S+ does not give its figures: /)
    const slow = await runMiner(['top', '--interval', '1ms'], { env })
    assert.equal(slow.code, 2)
  })

  it('draws the screen anew until q, and goes on while the miner is away', async function () {
    if (!hasTerminal()) this.skip()
    await using run = onTerminal(['top', '--interval', '100ms'], { env, columns: 120 })
    await run.says('no validator has been answered yet', 2)
    await send(miner.url, signedRequest())
    await run.says('1 answered')
    await miner.stop()
    await run.says('does not give its figures')
    run.child.stdin.write('q')
    assert.equal((await run.ended).code, 0)
  })

  it('is ended by Ctrl-C as every command is', async function () {
    if (!hasTerminal()) this.skip()
    await using run = onTerminal(['top'], { env })
    await run.says('dialect prompting')
    run.child.stdin.write('\u0003')
    // What runs it on a terminal exits with minus the number of the signal.
    assert.equal((await run.ended).code, 256 - 2)
  })
})
