import assert from 'node:assert/strict'
import { readyai } from '#dist/dialects/readyai.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import { assertRefused } from '../axon/assert-refused.ts'
import { told } from '../axon/told.ts'
import { sdk } from '../support/sdk.ts'
import { charlie, freshNonce } from '../support/signed-request.ts'
import { Clock } from '../support/start-axon.ts'
import { startDialect } from './start-dialect.ts'

const { example } = readyai(sdk).synapses.CgSynapse!
const [{ task }] = example.cgp_input as unknown as [{ task: Record<string, unknown> }]

/** A request with a task of that type in the place of the example's. */
function taskOf(type: string, data: unknown, change: object = {}) {
  return { cgp_input: [{ task: { ...task, type, input: { guid: 'HIDDEN', data }, prompt_chain: null, ...change } }] }
}

const window = [
  [0, 'the first'],
  [0, 'the second'],
]
const sections = [
  { section_id: 'setup', title: 'Set-up', description: 'What is needed' },
  { section_id: 'constructor', title: 'Use', description: 'How it is done' },
]
const skillTask = taskOf('skill_coverage_evaluation', { seed: 'Sort mail', section_map: sections })
const unnamable = [{ section_id: '__proto__', title: 'Use', description: 'How it is done' }]
const test = { name: 'n', description: 'd', assertion: 'a' }

function skill(tests: number) {
  const section_tests = { setup: Array(tests).fill(test), constructor: [test, test], other: [] }
  return JSON.stringify({ skill: '# Sort', tdd_plan: 'plan', section_tests })
}

describe('readyai', () => {
  const start = (options = {}) => startDialect(readyai, options)
  const tags = 'Skiing, "Winter Sports",alps travel , ALPS TRAVEL,, it,\nmountain holidays\n'
  const given = ['skiing', 'winter sports', 'alps travel', 'mountain holidays']

  it('returns the tags of a conversation, and echoes the request', async () => {
    await using started = await start()
    started.miner.says = () => tags
    const { status, json } = await started.ask('CgSynapse')
    assert.equal(status, 200)
    assert.deepEqual(json.cgp_output, [{ tags: given, vectors: null }])
    assert.deepEqual(json.cgp_input, example.cgp_input)
    const [{ messages }] = started.miner.questions as [(typeof started.miner.questions)[0]]
    assert.match(messages[0]!.content, /^Analyze conversation in terms of topic interests of the participants\.\n/)
    assert.equal(
      messages[1]!.content,
      '<conversation><p0>Do you still ski?</p0><p1>Every winter, mostly in the Alps.</p1></conversation>',
    )
  })

  for (const [type, data, text] of [
    ['conversation_tagging', { window }, '<conversation><p0>the first</p0><p0>the second</p0></conversation>'],
    ['webpage_metadata_generation', { window }, '<webpage>the first</webpage>\n<enrichment>the second</enrichment>'],
    ['named_entities_extraction', { window }, '<document>the first</document>\n<enrichment>the second</enrichment>'],
    [
      'survey_tagging',
      { survey_question: 'Why?', comment: 'So.' },
      '<question>Why?</question>\n<comment>So.</comment>',
    ],
  ] as const)
    it(`asks once for a task ${type}`, async () => {
      await using started = await start()
      started.miner.says = () => tags
      const { json } = await started.ask('CgSynapse', taskOf(type, data))
      assert.deepEqual(json.cgp_output, [{ tags: given, vectors: null }])
      assert.deepEqual(
        started.miner.questions.map(({ messages }) => messages[1]!.content),
        [text],
      )
      assert.match(started.miner.questions[0]!.messages[0]!.content, /^Name the /)
    })

  it('returns at most 20 tags', async () => {
    await using started = await start()
    started.miner.says = () => Array.from({ length: 30 }, (_, at) => `tag ${at}`).join(',')
    const { json } = await started.ask('CgSynapse')
    assert.equal(json.cgp_output[0]!.tags.length, 20)
  })

  it('fails instead of returning too few tags', async () => {
    await using started = await start()
    started.miner.says = () => 'skiing, alps, a, b, Skiing'
    const failed = told(started.axon, 'failed')
    assertRefused(await started.ask('CgSynapse'), 502, 'The model behind this miner failed')
    assert.equal(((await failed).error as NoAnswer).code, 'TOO_FEW_TAGS')
    const survey = { survey_question: 'Why?', comment: 'So.' }
    started.miner.says = () => 'reasons'
    assert.equal((await started.ask('CgSynapse', taskOf('survey_tagging', survey))).status, 200)
    started.miner.says = () => 'no'
    assert.equal((await started.ask('CgSynapse', taskOf('survey_tagging', { ...survey, comment: '' }))).status, 502)
  })

  it('returns a skill with tests for each requested section', async () => {
    await using started = await start()
    started.miner.says = () => `Here it is:\n\`\`\`json\n${skill(3)}\n\`\`\``
    const { status, json } = await started.ask('CgSynapse', skillTask)
    assert.equal(status, 200)
    const section_tests = { setup: [test, test, test], constructor: [test, test] }
    assert.deepEqual(json.cgp_output, [{ skill: '# Sort', tdd_plan: 'plan', section_tests }])
    const { responseFormat } = started.miner.questions[0]!
    assert.partialDeepStrictEqual(responseFormat, {
      name: 'skill',
      schema: { properties: { section_tests: { required: ['setup', 'constructor'], additionalProperties: false } } },
    })
  })

  for (const [what, text] of [
    ['too few tests', skill(2)],
    ['a section without tests', '{"skill": "# Sort", "tdd_plan": "plan", "section_tests": {"setup": []}}'],
    ['no JSON', 'I would rather not.'],
  ])
    it(`fails for a skill with ${what}`, async () => {
      await using started = await start()
      started.miner.says = () => text!
      assert.equal((await started.ask('CgSynapse', skillTask)).status, 502)
    })

  it('does not invent an answer to an unknown type of task', async () => {
    await using started = await start()
    const got = await started.ask('CgSynapse', taskOf('constructor', { window }))
    assertRefused(got, 501, 'This miner cannot do that')
    assert.deepEqual(started.miner.questions, [])
  })

  for (const [what, change] of [
    ['no task', { cgp_input: [] }],
    ['two tasks', { cgp_input: [{ task }, { task }] }],
    ['a task without its text', taskOf('conversation_tagging', { window: [] })],
    ['a task of another form', taskOf('survey_tagging', { window })],
    ['a section that cannot be named', taskOf('skill_coverage_evaluation', { seed: 'a', section_map: unnamable })],
    ['no input', { cgp_input: null }],
  ] as const)
    it(`refuses ${what} with 400`, async () => {
      await using started = await start()
      assert.equal((await started.ask('CgSynapse', change)).status, 400)
      assert.deepEqual(started.miner.questions, [])
    })

  it('repeats its answer to the same body from the same caller for a minute', async () => {
    const clock = new Clock()
    await using started = await start({ now: clock.now })
    started.miner.says = () => tags
    const ask = async (change = {}, wanted = {}) => {
      const { json } = await started.ask('CgSynapse', change, { nonce: clock.nonce(), ...wanted })
      assert.deepEqual(json.cgp_output, [{ tags: given, vectors: null }])
      return started.miner.questions.length
    }
    assert.equal(await ask(), 1)
    assert.equal(await ask(), 1)
    assert.equal(await ask({}, { by: charlie, nonce: freshNonce(clock.ms) }), 2)
    assert.equal(await ask(taskOf('conversation_tagging', { window })), 3)
    clock.ms += 59_999
    assert.equal(await ask(), 3)
    clock.ms += 1
    assert.equal(await ask(), 4)
  })

  it('does not keep a failure', async () => {
    await using started = await start()
    started.miner.says = () => {
      throw new NoAnswer('loading', 'not yet')
    }
    assertRefused(await started.ask('CgSynapse'), 503, 'The model is loading')
    started.miner.says = () => tags
    assert.equal((await started.ask('CgSynapse')).status, 200)
  })
})
