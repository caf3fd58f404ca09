import assert from 'node:assert/strict'
import { liveMiner } from '../support/cli.ts'
import { scripted } from '../support/linked-miner.ts'
import { type LogRecord, runMiner, startMiner } from '../support/miner-process.ts'
import type { Script } from '../support/miners/scripted.ts'
import { answered, said, stalled, startModelServer, streamed } from '../support/model-server.ts'
import { bob, send, signedRequest } from '../support/signed-request.ts'

const serve = ['serve', '--dev', '--axon-port', '0', '--probe']
const listed = (...endpoints: object[]) => ({ env: { MINER_OPENAI_ENDPOINTS: JSON.stringify(endpoints) } })
const scriptedServe = (script: Script, ...args: string[]) => liveMiner([...serve, ...args], { env: scripted(script) })
const withoutTime = ({ time: _, ...record }: LogRecord) => record

describe('the probe of miner serve', () => {
  it('logs for each endpoint whether it answers, and what mends it', async () => {
    await using fine = await startModelServer()
    await using refusing = await startModelServer(answered(401, { error: { message: 'no', code: 'invalid_api_key' } }))
    await using lacking = await startModelServer(answered(404, { error: { message: 'x', code: 'model_not_found' } }))
    await using miner = await startMiner(
      serve,
      listed(
        { name: 'fine', baseUrl: fine.url },
        { name: 'refusing', baseUrl: refusing.url, apiKey: 'sk-wrong' },
        { name: 'lacking', baseUrl: lacking.url, model: 'nope' },
        { name: 'dead', baseUrl: 'http://127.0.0.1:1/v1' },
      ),
    )
    while (probed(miner.records).length < 4) await miner.next('probed')
    // Each is logged as soon as it is known.
    const [first] = probed(miner.records).filter(({ ok }) => ok)
    const broken = ['refusing', 'lacking', 'dead'].map(
      name => probed(miner.records).find(({ endpoint }) => endpoint === name)!,
    )
    const { firstToken, message, time: _, ...rest } = first!
    assert.deepEqual(rest, { level: 'info', event: 'probed', endpoint: 'fine', ok: true })
    assert.equal(message, `✓ fine answers, after ${firstToken} ms`)
    assert.deepEqual(
      broken.map(({ level, endpoint, ok, code }) => [level, endpoint, ok, code]),
      [
        ['warn', 'refusing', false, 'MODEL_KEY_REFUSED'],
        ['warn', 'lacking', false, 'MODEL_NOT_FOUND'],
        ['warn', 'dead', false, 'MODEL_UNREACHABLE'],
      ],
    )
    for (const { message, hint } of broken) {
      assert.match(String(message), /^✗ (refusing|lacking|dead)\b/)
      assert.equal(typeof hint, 'string')
    }
    const { stderr } = await miner.stop()
    assert.equal(stderr.includes('sk-wrong'), false)
  })

  it('costs one question, stopped at its first token', async () => {
    await using model = await startModelServer(
      streamed(
        (async function* () {
          yield 'OK'
          await new Promise(() => {})
        })(),
      ),
    )
    await using miner = await startMiner([...serve, '--base-url', model.url, '--n', '3'])
    if (probed(miner.records).length === 0) await miner.next('probed')
    assert.equal(probed(miner.records)[0]!.ok, true)
    assert.deepEqual(await model.requests[0]!.over, { left: true })
    const [first, ...others] = model.requests
    assert.deepEqual([first!.body.max_tokens, first!.body.n, others.length], [16, 1, 0])
  })

  it('logs an endpoint as soon as it answers, whatever the others do', async () => {
    await using slow = await startModelServer(stalled())
    await using fine = await startModelServer()
    await using miner = await startMiner(
      serve,
      listed({ name: 'slow', baseUrl: slow.url }, { name: 'fine', baseUrl: fine.url }),
    )
    if (probed(miner.records).length === 0) await miner.next('probed')
    assert.deepEqual(
      probed(miner.records).map(({ endpoint }) => endpoint),
      ['fine'],
    )
    assert.equal(slow.open, 1)
  })

  it('delays neither the port nor a caller, and shutdown aborts it', async () => {
    await using model = await startModelServer(stalled())
    await using miner = await startMiner([...serve, '--base-url', model.url])
    const probe = await model.arrived(0)
    model.behaviour = said('Hello')
    assert.equal((await send(miner.url, signedRequest())).status, 200)
    const { code } = await miner.stop()
    assert.equal(code, 0)
    assert.deepEqual(await probe.over, { left: true })
    assert.deepEqual(
      miner.records.map(({ event }) => event),
      ['serving', 'answered', 'draining', 'stopped'],
    )
  })

  it('is omitted with --no-probe, and for a miner that has nothing to check', async () => {
    await using model = await startModelServer()
    for (const args of [
      ['--no-probe', '--base-url', model.url],
      ['--use', 'echo'],
    ]) {
      await using miner = await startMiner(['serve', '--dev', '--axon-port', '0', ...args])
      assert.equal(miner.hotkey, bob.address)
      assert.equal((await runMiner(['query', '--dev', '--url', miner.url, 'hi'])).code, 0)
      await miner.stop()
      assert.deepEqual(probed(miner.records), [])
    }
    assert.equal(model.requests.length, 1)
  })

  it('logs that a plugin’s check is invalid, and serves on', async () => {
    await using run = scriptedServe({ checks: 'fine' })
    await run.says('"probeFailed"')
    const record = recordOf(run.said.stderr, 'probeFailed')
    assert.equal((record.error as { code: string }).code, 'MINER_MISBEHAVES')
    run.child.kill('SIGTERM')
    assert.equal((await run.ended).code, 0)
  })

  it('gives up on a check that never ends, and serves on', async () => {
    await using run = scriptedServe({ checks: 'never', haste: 100 })
    await run.says('"CHECK_TIMEOUT"')
    run.child.kill('SIGTERM')
    assert.equal((await run.ended).code, 0)
  })

  it('logs nothing that drives a terminal, and no secret', async () => {
    const checks = [
      { name: 'a\u001b', findings: {}, problem: { code: 'X', message: 'sk-s3cret\u202e' } },
      { name: 'b', findings: {}, notes: ['odd'] },
    ]
    await using run = liveMiner([...serve], { env: { ...scripted({ checks }), MINER_SCRIPTED_API_KEY: 'sk-s3cret' } })
    await run.says('"endpoint":"b"')
    const record = recordOf(run.said.stderr, 'probed')
    assert.equal(record.message, '✗ a\\u001b: ***\\u202e')
    assert.deepEqual(withoutTime(recordOf(run.said.stderr, 'probed', 1)), {
      level: 'info',
      event: 'probed',
      endpoint: 'b',
      ok: true,
      notes: ['odd'],
      message: '✓ b answers',
    })
  })
})

function probed(records: readonly LogRecord[]): LogRecord[] {
  return records.filter(({ event }) => event === 'probed')
}

function recordOf(text: string, event: string, at = 0): LogRecord {
  const records = text.split('\n').flatMap(line => (line.startsWith('{') ? [JSON.parse(line) as LogRecord] : []))
  return records.filter(record => record.event === event)[at]!
}
