import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { liveMiner } from '../support/cli.ts'
import { scripted } from '../support/linked-miner.ts'
import { spawnMiner } from '../support/miner-process.ts'

describe('main', () => {
  const shell = (command: string) => liveMiner([], { command })

  for (const [name, stderr] of [
    ['closed', '2> >(exec 0<&-; exit)'],
    ['full', '2>/dev/full'],
  ]) {
    it(`ends with the same code when standard error is ${name}`, async () => {
      await using run = shell(`for n in 1 2 3; do "$NODE" "$MINER" nope ${stderr}; echo "code $?"; done`)
      assert.equal((await run.ended).stdout, 'code 127\n'.repeat(3))
    })
  }

  for (const json of ['', ' --json']) {
    it(`tells of a standard output that is full:${json || ' without --json'}`, async () => {
      await using run = shell(`"$NODE" "$MINER" prompt --use echo hi${json} >/dev/full`)
      const { code, stderr } = await run.ended
      assert.equal(code, 1)
      assert.match(stderr, /^error: cannot write to standard output: ENOSPC\n {2}try: .*\n$/)
    })
  }

  for (const never of ['create', 'ready'] as const)
    it(`tells of a command that waits for what cannot come, a miner whose ${never} never ends`, async () => {
      const { code, stderr } = await spawnMiner(['serve', '--dev'], { env: scripted({ never, unref: true }) })
      assert.equal(code, 1)
      assert.match(stderr, /^error: the command waits for something that can no longer happen\n {2}try: .*\n$/)
    })

  it('ends quietly when nobody reads standard output', async () => {
    await using run = shell('set -o pipefail; "$NODE" "$MINER" --help | true; echo "code $?"')
    assert.deepEqual(await run.ended, { code: 0, signal: null, stdout: 'code 0\n', stderr: '' })
  })

  describe('keeps compiled code in the cache folder', () => {
    let folder: string
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'miner-compiled-'))
    })
    afterEach(() => rmSync(folder, { recursive: true, force: true }))
    const start = (env: Record<string, string>) => spawnMiner(['miners'], { env: { NODE_COMPILE_CACHE: '', ...env } })

    it('of MINER_CACHE_DIR, which it makes', async () => {
      assert.equal((await start({ MINER_CACHE_DIR: join(folder, 'a', 'b') })).code, 0)
      assert.equal(readdirSync(join(folder, 'a', 'b', 'compiled')).length, 1)
    })

    it('of the user, where oclif has it', async function () {
      if (process.platform === 'darwin') this.skip() // there it is in the home, whatever XDG_CACHE_HOME names
      assert.equal((await start({ MINER_CACHE_DIR: '', XDG_CACHE_HOME: folder })).code, 0)
      assert.equal(readdirSync(join(folder, 'bittensor-miner', 'compiled')).length, 1)
    })

    it("that is this user's alone, and starts without any other", async function () {
      if (process.platform === 'win32') this.skip() // has no modes
      for (const [name, mode, within] of [
        ['writable', 0o777, 0o700],
        ['entered', 0o700, 0o755],
      ] as const) {
        const cache = join(folder, name)
        mkdirSync(join(cache, 'compiled'), { recursive: true })
        chmodSync(join(cache, 'compiled'), within)
        chmodSync(cache, mode)
        assert.equal((await start({ MINER_CACHE_DIR: cache })).code, 0)
        assert.deepEqual(readdirSync(join(cache, 'compiled')), [])
      }
    })

    it('and not in the working directory, when the user has no home', async () => {
      const env = { MINER_CACHE_DIR: '', HOME: '', XDG_CACHE_HOME: 'relative' }
      assert.equal((await spawnMiner(['miners'], { cwd: folder, env: { NODE_COMPILE_CACHE: '', ...env } })).code, 0)
      assert.deepEqual(readdirSync(folder), [])
    })

    for (const impossible of ['/dev/null', '/proc/none', 'bin/run.js'])
      it(`and starts without when that is ${impossible}`, async () => {
        const { code, stderr } = await start({ MINER_CACHE_DIR: impossible })
        assert.deepEqual([code, stderr], [0, ''])
      })
  })
})
