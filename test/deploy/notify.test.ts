import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startMiner } from '../support/miner-process.ts'
import { send, signedRequest } from '../support/signed-request.ts'
import { openNotifySocket } from './notify-socket.ts'

const serve = ['serve', '--dev', '--use', 'echo', '--axon-port', '0']

describe('miner serve under a service manager', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'miner-notify-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('says once that its port is open, and once that it stops', async () => {
    const NOTIFY_SOCKET = join(folder, 'notify')
    await using manager = await openNotifySocket(NOTIFY_SOCKET)
    await using miner = await startMiner(serve, { env: { NOTIFY_SOCKET } })
    const ready = await manager.message('READY')
    assert.deepEqual(ready, { READY: '1', MAINPID: String(miner.pid) })
    assert.equal((await send(miner.url, signedRequest())).status, 200)
    const { code } = await miner.stop()
    assert.equal(code, 0)
    assert.deepEqual(await manager.message('STOPPING'), { STOPPING: '1' })
    const said = manager.received.filter(message => !('BARRIER' in message))
    assert.deepEqual(said, [ready, { STOPPING: '1' }])
  })

  it('serves all the same when the manager cannot be reached, and logs that once', async () => {
    await using miner = await startMiner(serve, { env: { NOTIFY_SOCKET: join(folder, 'gone') } })
    assert.equal((await send(miner.url, signedRequest())).status, 200)
    const { code, stderr } = await miner.stop()
    assert.equal(code, 0)
    const failures = stderr.split('\n').filter(line => line.includes('notifyFailed'))
    assert.equal(failures.length, 1, stderr)
    assert.match(
      failures[0]!,
      /"message":"the service manager was told nothing: systemd-notify failed: [^"]*No such file/,
    )
  })
})
