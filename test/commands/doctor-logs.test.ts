import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { liveMiner } from '../support/cli.ts'
import { startMiner } from '../support/miner-process.ts'
import { doctorHome, runDoctor } from '../support/run-doctor.ts'
import { bob } from '../support/signed-request.ts'

const dev = ['--dev', '--use', 'echo']

describe('miner doctor of log files', () => {
  let place: ReturnType<typeof doctorHome>
  beforeEach(() => {
    place = doctorHome()
  })
  afterEach(() => place[Symbol.dispose]())
  const check = (only: string, ...args: string[]) => runDoctor([...dev, '--only', only, ...args], { env: place.env })

  it('finds what keeps miner serve from its start, and who writes the file', async () => {
    assert.deepEqual((await check('logfile')).brief, [])
    const path = join(place.home, 'miner.log')
    assert.deepEqual((await check('logfile', '--log-file', path)).brief, ['logfile ok'])
    const gone = await check('logfile', '--log-file', join(place.home, 'gone/miner.log'))
    assert.deepEqual([gone.code, gone.brief], [1, ['logfile fault LOG_FILE_UNWRITABLE']])
    // Its log is in the file, so that no record tells when it serves.
    const args = ['serve', ...dev, '--axon-port', '0', '--admin-port', '0', '--log-file', path]
    await using miner = liveMiner(args, { env: place.env })
    const isOwn = async () => (await check('logfile,serving', '--log-file', path)).brief.join()
    while ((await isOwn()) !== 'logfile ok,serving ok');
    // A doctor with another data folder does not find it: it may be another miner.
    const taken = await runDoctor([...dev, '--only', 'logfile', '--log-file', path])
    assert.deepEqual(taken.brief, ['logfile unknown'])
    await miner[Symbol.asyncDispose]()
    assert.deepEqual((await check('logfile', '--log-file', path)).brief, ['logfile ok'])
  })

  describe('of the request log', () => {
    const requestLog = () => join(place.env.MINER_DATA_DIR, 'requests', `1-${bob.address}.sqlite`)
    const opened = (...args: string[]) => check('requestlog,disk', '--request-log', 'metadata', ...args)
    const found = async (...args: string[]) =>
      (await opened(...args)).brief.filter(line => line.startsWith('requestlog')).join()

    /** Has miner serve make the file. */
    async function make(): Promise<void> {
      const args = ['serve', ...dev, '--axon-port', '0', '--request-log', 'metadata']
      await using _ = await startMiner(args, { env: place.env })
    }

    it('is content with one that serve has still to make, or has made, and leaves it as it is', async () => {
      assert.deepEqual((await check('requestlog')).brief, [])
      assert.equal(await found(), 'requestlog ok')
      await make()
      const before = readFileSync(requestLog())
      assert.equal(await found(), 'requestlog ok')
      assert.ok(readFileSync(requestLog()).equals(before))
    })

    it('warns of one that others may read, and of one that is larger than its retention', async () => {
      await make()
      chmodSync(requestLog(), 0o644)
      assert.equal(await found(), 'requestlog warning REQUEST_LOG_SHARED')
      chmodSync(requestLog(), 0o600)
      // SQLite reads no further than its header says.
      truncateSync(requestLog(), 64 * 1024 ** 2)
      assert.equal(await found('--request-log-max-size', '1MiB'), 'requestlog warning REQUEST_LOG_LARGE')
    })

    it('finds one that is a link', async () => {
      mkdirSync(join(requestLog(), '..'), { recursive: true, mode: 0o700 })
      writeFileSync(join(place.home, 'real'), '', { mode: 0o600 })
      symlinkSync(join(place.home, 'real'), requestLog())
      assert.equal(await found(), 'requestlog fault REQUEST_LOG_UNSAFE')
    })

    it('finds one that is damaged', async () => {
      mkdirSync(join(requestLog(), '..'), { recursive: true, mode: 0o700 })
      writeFileSync(requestLog(), 'x'.repeat(8192), { mode: 0o600 })
      assert.equal(await found(), 'requestlog fault REQUEST_LOG_BROKEN')
    })

    it('finds one of another user', async function () {
      if (process.getuid?.() !== 0) this.skip() // only root may give a file away
      await make()
      chownSync(requestLog(), 65_534, 65_534)
      assert.equal(await found(), 'requestlog fault REQUEST_LOG_UNSAFE')
    })
  })
})
