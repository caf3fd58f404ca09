import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { checkOpenFiles } from '#dist/doctor/machine/open-files.js'

/** A process that may open so many files, and waits. */
async function startLimited(files: number): Promise<ChildProcess & AsyncDisposable> {
  const child = spawn('bash', ['-c', `ulimit -n ${files} && echo ready && read`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(child.stdout!, 'data')
  const ended = once(child, 'exit')
  return Object.assign(child, {
    async [Symbol.asyncDispose]() {
      child.stdin!.end()
      await ended
    },
  })
}

describe('the check of open files', () => {
  before(function () {
    if (process.platform !== 'linux') this.skip()
  })

  const check = async (files: number) => {
    await using child = await startLimited(files)
    const subject = { pid: child.pid!, label: `process ${child.pid}`, proc: '/proc' }
    return await checkOpenFiles(subject, { connections: 1024, concurrency: 16 })
  }

  for (const [files, verdict, code] of [
    [2048, 'ok', undefined],
    [512, 'warning', 'FILES_FEW'],
    [100, 'fault', 'FILES_TOO_FEW'],
  ] as const)
    it(`calls a limit of ${files} ${verdict}`, async () => {
      const found = await check(files)
      assert.deepEqual([found.verdict, found.code], [verdict, code])
    })

  it('says what is needed, and how to raise the limit', async () => {
    const { message, hint } = await check(512)
    assert.equal(
      message,
      '512 open files are allowed, and --limits-connections 1024 with --concurrency 16 may need 1,184',
    )
    assert.match(hint!, /^ulimit -n 2048 before the miner starts \(systemd: LimitNOFILE=2048; /)
  })

  it('is unknown for a process that is gone', async () => {
    const child = await startLimited(64)
    const gone = { pid: child.pid!, label: 'it', proc: '/proc' }
    await child[Symbol.asyncDispose]()
    assert.equal((await checkOpenFiles(gone, { connections: 16, concurrency: 1 })).verdict, 'unknown')
  })
})
