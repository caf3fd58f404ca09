import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { allows, configFile, serveWithoutChain, statusOf } from '../support/config-file.ts'
import { startMiner } from '../support/miner-process.ts'
import { alice, charlie } from '../support/signed-request.ts'
import { hasTerminal, onTerminal } from '../support/terminal.ts'

describe('the configuration file under --watch-config', () => {
  it('is taken over when it changes', async () => {
    using file = configFile(allows(alice))
    await using miner = await startMiner([...serveWithoutChain, '--config', file.path, '--watch-config'])
    const logged = miner.next('reloaded')
    file.write(allows(charlie))
    const { by, changed } = await logged
    assert.deepEqual([by, changed], ['watch', ['policy.allow']])
    assert.deepEqual([await statusOf(miner), await statusOf(miner, charlie)], [403, 200])
    const refused = miner.next('reloadRefused')
    writeFileSync(file.path, 'allow =')
    assert.equal((await refused).by, 'watch')
    const mended = miner.next('reloaded')
    writeFileSync(file.path, allows(alice))
    await mended
    assert.equal(await statusOf(miner), 200)
    assert.ok(!miner.records.some(({ changed }) => Array.isArray(changed) && changed.length === 0))
  })

  it('is read again after a restart only, once the watch has ended at a terminal', async function () {
    if (!hasTerminal()) this.skip()
    using file = configFile(allows(alice))
    const args = [...serveWithoutChain, '--config', file.path, '--watch-config', '--log-format', 'json']
    await using run = onTerminal(args)
    await run.says('"serving"')
    rmSync(file.folder, { recursive: true })
    await run.says('is not watched any more; restart the miner to read it again')
  })

  it('is reported where a flag overrides what changes in it', async () => {
    using file = configFile(allows(alice))
    const args = [...serveWithoutChain, '--deny', charlie.address, '--config', file.path, '--watch-config']
    await using miner = await startMiner(args)
    const logged = miner.next('reloaded')
    file.write(`${allows(alice)}deny = []\n`)
    const { level, changed, overridden } = await logged
    assert.deepEqual([level, changed, overridden], ['warn', [], ['policy.deny (--deny)']])
  })
})
