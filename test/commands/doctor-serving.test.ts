import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startMiner } from '../support/miner-process.ts'
import { answered, said, stalled, startModelServer } from '../support/model-server.ts'
import { doctorHome, runDoctor, withoutChain } from '../support/run-doctor.ts'
import { send, signedRequest } from '../support/signed-request.ts'

describe('miner doctor of a miner that runs without a chain', () => {
  let place: ReturnType<typeof doctorHome>
  beforeEach(() => {
    place = doctorHome()
  })
  afterEach(() => place[Symbol.dispose]())
  const open = ['--axon-port', '0', '--admin-port', '0']
  const start = (...args: string[]) => startMiner(['serve', ...args, ...open], { env: place.env })
  const check = (only: string, ...args: string[]) => runDoctor(['--only', only, ...args], { env: place.env })

  for (const [title, args] of [
    ['--dev', ['--dev', '--use', 'echo']],
    ['--network none', [...withoutChain, '--axon-host', '127.0.0.1', '--use', 'echo']],
  ] as const)
    it(`asks its admin port with ${title}`, async () => {
      await using miner = await start(...args)
      assert.equal((await send(miner.url, signedRequest())).status, 200)
      const { code, brief, of } = await check('serving,files,memory,port', ...args, '--axon-port', String(miner.port))
      assert.equal(code, 0)
      assert.ok(brief.includes('serving ok') && brief.includes('port ok'), brief.join())
      const [{ message, how }] = of('serving') as [ReturnType<typeof of>[number]]
      assert.match(
        message,
        new RegExp(
          `^process ${miner.pid} serves for \\d+ s, with 1 answer in the last hour, 0 of \\d+ places at work$`,
        ),
      )
      assert.match(how, /^asked the admin port http:\/\/127\.0\.0\.1:\d+ of the miner that runs$/)
      // Its limits count, and not those of the shell of the doctor.
      assert.ok(of('files')[0]!.how.includes(`process ${miner.pid}, the miner that runs`))
      assert.match(of('port')[0]!.message, new RegExp(`is held by the miner that runs, process ${miner.pid}$`))
    })

  it('proposes to start one, with the flags that were given, when none runs', async () => {
    const { brief, of } = await check('serving', '--dev', '--use', 'echo')
    assert.deepEqual(brief, ['serving unknown'])
    assert.equal(of('serving')[0]!.hint, 'miner serve --admin-port 9091 --dev --use echo')
  })

  it('finds an endpoint that it does not ask, because its breaker is open', async () => {
    await using model = await startModelServer(answered(500, { error: { message: 'broken' } }))
    const args = ['--dev', '--base-url', model.url, '--model', 'm']
    await using miner = await start(...args)
    while (true) {
      const { status } = await send(miner.url, signedRequest())
      assert.notEqual(status, 200)
      const { code, brief, of } = await check('serving', ...args)
      if (!brief.includes('serving fault ENDPOINT_RESTS')) continue
      assert.equal(code, 1)
      const found = of('serving').find(one => one.code === 'ENDPOINT_RESTS')!
      assert.match(
        found.message,
        /^the miner that runs does not ask 127\.0\.0\.1:\d+: \d+ attempts failed in a row, the last with MODEL_\w+ \d+ s ago; it tries again in \d+ s$/,
      )
      assert.equal(found.hint, `miner check --model m --base-url ${model.url}`)
      break
    }
  })

  it('warns of an endpoint that it does not ask, while another one answers', async () => {
    await using broken = await startModelServer(answered(500, { error: { message: 'broken' } }))
    await using good = await startModelServer(said('Hello'))
    const file = join(place.home, 'endpoints.toml')
    const table = (url: string) => `[[openai.endpoints]]\nbaseUrl = "${url}"\nmodel = "m"\n`
    writeFileSync(file, table(broken.url) + table(good.url), { mode: 0o600 })
    const args = ['--dev', '--use', 'openai', '--config', file]
    await using miner = await start(...args)
    while (true) {
      assert.equal((await send(miner.url, signedRequest())).status, 200)
      const { code, brief, of } = await check('serving', ...args)
      if (!brief.includes('serving warning ENDPOINT_RESTS')) continue
      assert.equal(code, 0)
      const { message } = of('serving').find(one => one.code === 'ENDPOINT_RESTS')!
      assert.ok(message.startsWith(`the miner that runs does not ask ${new URL(broken.url).host}: `), message)
      break
    }
  })

  it('finds that it is stopping', async () => {
    await using model = await startModelServer(stalled())
    const args = ['--dev', '--base-url', model.url, '--model', 'm']
    await using miner = await start(...args)
    const asking = send(miner.url, signedRequest()).catch(() => {})
    await model.arrived(0)
    const stopping = miner.next('draining')
    miner.send('SIGTERM')
    await stopping
    const { brief } = await check('serving', ...args)
    miner.send('SIGKILL')
    await asking
    assert.deepEqual(brief, ['serving warning SERVING_ENDS'])
  })

  it('names the late answers of its last hour', async () => {
    await using model = await startModelServer(stalled())
    const args = ['--dev', '--base-url', model.url, '--model', 'm', '--max-timeout', '200ms']
    await using miner = await start(...args)
    assert.notEqual((await send(miner.url, signedRequest())).status, 200)
    const { code, brief } = await check('speed', ...args)
    assert.deepEqual([code, brief], [1, ['speed fault ANSWER_LATE']])
  })
})
