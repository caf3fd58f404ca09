import assert from 'node:assert/strict'
import { type MinerProcess, startMiner } from '../support/miner-process.ts'
import {
  answered,
  cut,
  type ModelRequest,
  type ModelServer,
  stalled,
  startModelServer,
  streamed,
} from '../support/model-server.ts'
import { sdkVersions } from '../support/python.ts'
import { askStreamAsValidator, says } from './ask-as-validator.ts'

/** What a model may say, piece by piece; the SDK decodes what it reads without waiting for the rest of a character. */
const texts = {
  'plain words': ['Hel', 'lo ', 'wörld\n', 'end'],
  'line ends': ['a\n', 'b\r\n', '\n\n', 'c\u2028d', '\te\n'],
  emoji: ['😀', '👨‍👩‍👧', ' ❤️', '🇨🇭👍🏽'],
  combining: ['e', '\u0301', 'a\u0308\u0323', ' \u0301'],
  'right to left': ['שלום', ' مرحبا ', '\u202eabc\u202c', '\u2067x\u2069'],
  CJK: ['漢字かな', '交じり文', ' 한국어', '𠀀'],
  'what looks like events': ['data: {"a": 1}\n\n', 'data: [DONE]\n\n', '0\r\n\r\n'],
  // Less than one packet of loopback (64 KiB): on a busy machine asyncio reads some packets of a longer one, which may end
  // within a character, and this dendrite decodes what it reads.
  'one long piece': ['naïve 漢字 😀 '.repeat(3_000)],
  // In ASCII, where a cut is harmless.
  'one huge piece': ['plain words '.repeat(20_000)],
  'many tiny pieces': Array.from({ length: 2_000 }, (_, at) => (at % 2 ? '😀' : 'é')),
}

/** The one message of a question. */
function said({ body }: ModelRequest): string {
  const [{ content }] = body.messages as [{ content: string }]
  return content
}

/** These, with so many milliseconds between them. */
async function* spread(pieces: readonly string[], ms: number) {
  for (const [at, piece] of pieces.entries()) {
    if (at > 0) await new Promise(resolve => setTimeout(resolve, ms))
    yield piece
  }
}

for (const version of sdkVersions) {
  describe(`miner serve, asked for a stream by the dendrite of SDK ${version},`, () => {
    let model: ModelServer
    let miner: MinerProcess

    before(async () => {
      model = await startModelServer()
      miner = await startMiner(['serve', '--dev', '--axon-port', '0', '--base-url', model.url, '--model', 'tiny'])
    })
    after(async () => {
      await miner?.stop()
      await model?.[Symbol.asyncDispose]()
    })

    it('gives each piece when the model says it', async () => {
      model.behaviour = streamed(spread(texts['plain words'], 200))
      const [answer] = await askStreamAsValidator(version, miner, [says('hello')])
      assert.partialDeepStrictEqual(answer, {
        completion: texts['plain words'].join(''),
        status_code: 200,
        status_message: 'Success',
      })
      assert.deepEqual(
        answer!.chunks.map(([text]) => text),
        texts['plain words'],
      )
      const seconds = answer!.chunks.map(([, at]) => at)
      for (const [at, second] of seconds.slice(1).entries()) assert.ok(second - seconds[at]! > 0.1, `at ${seconds}`)
      assert.ok(answer!.process_time !== null && answer!.process_time < seconds[0]!)
    })

    it('gives every text byte for byte', async () => {
      model.behaviour = (response, request) => streamed(texts[said(request) as keyof typeof texts])(response, request)
      const answers = await askStreamAsValidator(version, miner, Object.keys(texts).map(says))
      for (const [at, [name, pieces]] of Object.entries(texts).entries()) {
        assert.deepEqual([answers[at]!.status_code, answers[at]!.completion], [200, pieces.join('')], name)
      }
    })

    it('gives 20 at once, each its own', async () => {
      model.behaviour = (response, request) =>
        streamed(spread([said(request), ' ', said(request)], 20))(response, request)
      const names = Array.from({ length: 20 }, (_, number) => `number ${number}`)
      const answers = await askStreamAsValidator(version, miner, names.map(says), { concurrency: 20 })
      assert.deepEqual(
        answers.map(({ status_code, completion }) => [status_code, completion]),
        names.map(name => [200, `${name} ${name}`]),
      )
    })

    it('refuses a hotkey that may not ask with 403', async () => {
      const [answer] = await askStreamAsValidator(version, miner, [says('hello')], { uri: '//Mallory' })
      assert.equal(answer!.status_code, 403)
      assert.match(answer!.status_message, /^Forbidden\. Key is blacklisted: /)
    })

    it('says that the model failed before its first word with 502', async () => {
      model.behaviour = answered(500, { error: { message: 'sk-secret' } })
      const [answer] = await askStreamAsValidator(version, miner, [says('hello')])
      assert.deepEqual([answer!.status_code, answer!.status_message], [502, 'The model behind this miner failed'])
    })

    it('leaves what the model said before it was cut, and no success', async () => {
      model.behaviour = cut(['Hel', 'lo 👋'])
      const [answer] = await askStreamAsValidator(version, miner, [says('hello')])
      assert.equal(answer!.completion, 'Hello 👋')
      assert.equal(answer!.status_code, 400)
    })

    it('leaves what the model said before the deadline, and stops it', async () => {
      const before = model.requests.length
      model.behaviour = stalled(['Hel', 'lo 👋'])
      const [answer] = await askStreamAsValidator(version, miner, [says('hello')], { timeout: 2 })
      assert.equal(answer!.completion, 'Hello 👋')
      assert.equal(answer!.status_code, 400)
      assert.equal((await model.requests[before]!.over).left, true)
    })
  })
}
