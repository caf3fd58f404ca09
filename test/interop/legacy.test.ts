import assert from 'node:assert/strict'
import { recordedRequests } from '../support/legacy-request.ts'
import { type MinerProcess, startMiner } from '../support/miner-process.ts'
import { runPython, sdkVersions } from '../support/python.ts'
import { askAsValidator, says } from './ask-as-validator.ts'

type Reply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: { readonly completion?: string; readonly message?: string }
}

const serve = ['serve', '--dev', '--use', 'echo', '--axon-port', '0']

describe('miner serve --legacy-nonces', () => {
  let miner: MinerProcess
  before(async () => {
    miner = await startMiner([...serve, '--legacy-nonces'])
  })
  after(() => miner?.stop())

  for (const version of sdkVersions) {
    it(`answers what dendrites of SDK 6 sent, signed anew by the wallet of SDK ${version}, once`, async () => {
      const replies = await resent(version, miner)
      assert.equal(replies.length, 2 * recordedRequests().length)
      for (const [at, { status, headers, body }] of replies.entries()) {
        const isReplay = at % 2 === 1
        const [message] = recordedRequests()[Math.floor(at / 2)]!.messages.slice(-1)
        const wanted = isReplay ? 401 : message === undefined ? 400 : 200
        assert.equal(status, wanted, body.message)
        // SDK 7.1 and older read the status only here, and names in small letters only.
        assert.equal(headers.bt_header_axon_status_code, String(wanted))
        if (wanted === 200) assert.equal(body.completion, message)
        if (isReplay) assert.match(body.message!, /Nonce is too old, a newer one was last processed$/)
      }
    })

    it(`answers the dendrite of SDK ${version} with the nonces of older ones, 10 questions at a time`, async () => {
      const texts = Array.from({ length: 30 }, (_, number) => `question ${number}`)
      const options = { concurrency: 10, monotonic: true }
      const answers = await askAsValidator(version, miner, texts.map(says), options)
      assert.deepEqual(
        answers.map(({ status_code, completion }) => [status_code, completion]),
        texts.map(text => [200, text]),
      )
    })
  }

  it('is needed: without it they get 401, and the text names it', async () => {
    await using strict = await startMiner(serve)
    for (const { status, body } of await resent('10.4.1', strict)) {
      assert.equal(status, 401)
      assert.match(body.message!, /only with --legacy-nonces$/)
    }
    const [answer] = await askAsValidator('7.4.0', strict, [says('hi')], { monotonic: true })
    assert.equal(answer!.status_code, 401)
    assert.match(answer!.status_message, /only with --legacy-nonces$/)
  })
})

async function resent(
  version: (typeof sdkVersions)[number],
  { port, hotkey }: MinerProcess,
): Promise<readonly Reply[]> {
  const input = recordedRequests()
    .map(request => `${JSON.stringify(request)}\n`)
    .join('')
  const args = ['--port', String(port), '--axon-hotkey', hotkey]
  return (await runPython(version, 'legacy.py', args, { input })) as Reply[]
}
