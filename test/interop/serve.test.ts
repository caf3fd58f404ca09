import assert from 'node:assert/strict'
import { type MinerProcess, startMiner } from '../support/miner-process.ts'
import { sdkVersions } from '../support/python.ts'
import { askAsValidator, says } from './ask-as-validator.ts'

/** What is hard to hash as Python does, to carry in JSON, or to write back. */
const hardTexts = {
  'single quotes': "it's",
  'double quotes': 'say "hi"',
  'both quotes': 'it\'s "x"',
  backslashes: 'C:\\new\\table \\\\ \\u0041 \\',
  'line ends': 'a\nb\r\nc\rd\te\u2028f\u2029g\u0085h\n',
  'NUL and other controls': 'a\0b\u001bc\u007fd\u0080e',
  'spaces around': ' \u00a0x\u3000 ',
  'what cannot be seen': 'a\u00adb\u200bc\u200dd\ufeffe\u2060f',
  accents: 'naïve café Ⅷ ß ﬁ',
  combining: 'e\u0301 a\u0308\u0323 \u0301',
  'right to left': 'שלום مرحبا \u202eabc\u202c \u2067x\u2069',
  CJK: '漢字かな交じり文 한국어 𠀀',
  emoji: '😀 👨‍👩‍👧 ❤️ 🇨🇭 👍🏽',
  'emoji of Unicode 15': '\u{1FAE8}',
  'emoji of Unicode 16': '\u{1FADC}',
  'what nobody has assigned': '\u0378 \ue000 \uffff \u{10FFFF} \u{E0001}',
  'a lone surrogate': 'a\ud83db',
  JSON: '{"__proto__": {"a": [1.0, 1e400, NaN]}, "a": null}',
  'what is no number': '0x10 1_000 -0 1e5',
  '200 kB': 'naïve 😀\n'.repeat(17_000),
}

for (const version of sdkVersions) {
  describe(`miner serve, asked by the dendrite of SDK ${version},`, () => {
    let miner: MinerProcess

    before(async () => {
      miner = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0'])
    })
    after(() => miner?.stop())

    it('answers a question', async () => {
      const [answer] = await askAsValidator(version, miner, [says('hello')])
      const { process_time, ...rest } = answer!
      assert.deepEqual(rest, { completion: 'hello', status_code: 200, status_message: 'Success' })
      assert.ok(process_time !== null && process_time > 0 && process_time < 30, `${process_time} s`)
    })

    it('answers the last message of a conversation', async () => {
      const [answer] = await askAsValidator(version, miner, [
        {
          roles: ['system', 'user', 'assistant', 'user'],
          messages: ['Be brief.', 'Hi', 'Hello!', 'And now?'],
        },
      ])
      assert.equal(answer!.status_code, 200)
      assert.equal(answer!.completion, 'And now?')
    })

    it('finds every text as it was signed, and gives it back unchanged', async () => {
      const answers = await askAsValidator(version, miner, Object.values(hardTexts).map(says))
      const given = answers.map(({ status_code, completion }) => ({ status_code, completion }))
      for (const [index, [name, text]] of Object.entries(hardTexts).entries()) {
        assert.deepEqual(given[index], { status_code: 200, completion: text }, name)
      }
    })

    it('says what is wrong with a conversation that does not fit', async () => {
      const [answer] = await askAsValidator(version, miner, [{ roles: ['system', 'user'], messages: ['only one'] }])
      assert.equal(answer!.status_code, 400)
      assert.match(answer!.status_message, /roles/)
      assert.equal(answer!.completion, '')
    })

    it('answers 50 questions, 10 at a time', async () => {
      const texts = Array.from({ length: 50 }, (_, number) => `question ${number}`)
      const answers = await askAsValidator(version, miner, texts.map(says), { concurrency: 10 })
      assert.deepEqual(
        answers.map(({ status_code, completion }) => [status_code, completion]),
        texts.map(text => [200, text]),
      )
    })
  })
}

describe('miner serve', () => {
  it('logs one record for each answer, without its text, and ends by SIGTERM with 0', async () => {
    await using miner = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0'])
    await askAsValidator('10.4.1', miner, [says('a secret'), says('another secret')])
    const { code, stdout, stderr } = await miner.stop()
    assert.equal(code, 0)
    assert.equal(stdout, '')
    assert.doesNotMatch(stderr, /secret/)
    assert.deepEqual(
      miner.records.map(({ event, synapse, status }) => [event, synapse, status]),
      [
        ['serving', undefined, undefined],
        ['answered', 'Prompting', 200],
        ['answered', 'Prompting', 200],
        ['draining', undefined, undefined],
        ['stopped', undefined, undefined],
      ],
    )
  })
})
