import assert from 'node:assert/strict'
import { eastworld } from '#dist/dialects/eastworld.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import { assertRefused } from '../axon/assert-refused.ts'
import { told } from '../axon/told.ts'
import { sdk } from '../support/sdk.ts'
import { charlie } from '../support/signed-request.ts'
import { startDialect } from './start-dialect.ts'

const { synapses, needs } = eastworld(sdk)
const { example } = synapses.Observation!
const move = '{"direction": "north", "distance": 10}'

/** Calls of tools, as a model makes them. */
function calls(...made: readonly (readonly [name: string, text: string])[]) {
  return () => ({
    text: 'I go.',
    toolCalls: made.map(([name, text], index) => ({ index, id: `call_${index}`, name, arguments: text })),
  })
}

describe('eastworld', () => {
  const start = () => startDialect(eastworld)

  /** What the model was shown in its last question. */
  function shown({ miner }: Awaited<ReturnType<typeof start>>) {
    return JSON.parse(miner.questions.at(-1)!.messages[1]!.content)
  }

  it('needs a miner that calls tools', () => assert.deepEqual(needs, ['tools']))

  it('returns the action that the model chooses, and echoes the request', async () => {
    await using started = await start()
    started.miner.says = calls(['move_in_direction', move])
    const body = JSON.stringify(example).replace('"reward":0', '"reward":0.0')
    const { status, text, json } = await started.ask('Observation', {}, { fields: body })
    assert.equal(status, 200)
    const action = [{ name: 'move_in_direction', arguments: { direction: 'north', distance: 10 } }]
    assert.partialDeepStrictEqual(json, { ...example, action })
    assert.match(text, /"reward": ?0\.0/)
    const [question] = started.miner.questions
    assert.equal(question!.toolChoice, 'required')
    const offered = example.action_space as readonly { function: unknown }[]
    assert.deepEqual(
      question!.tools,
      offered.map(tool => tool.function),
    )
    const { stats, items, sensor, perception } = example
    assert.deepEqual(shown(started), {
      past: [],
      view: { stats, items, sensor, perception },
      feedback: 'You moved 5 m north.',
    })
  })

  it('accepts an observation without sensor and perception', async () => {
    await using started = await start()
    started.miner.says = calls(['move_in_direction', move])
    assert.equal((await started.ask('Observation', { sensor: null, perception: null })).status, 200)
  })

  for (const [what, text, args] of [
    ['none', ' ', {}],
    ['a code fence', `\`\`\`json\n${move}\n\`\`\``, { direction: 'north', distance: 10 }],
    ['what is no object', '[{"direction": "up"}]', { direction: 'up' }],
  ] as const)
    it(`parses arguments that are ${what}`, async () => {
      await using started = await start()
      started.miner.says = calls(['move_in_direction', text])
      const { json } = await started.ask('Observation')
      assert.deepEqual(json.action, [{ name: 'move_in_direction', arguments: args }])
    })

  it('fails when the arguments are beyond repair', async () => {
    await using started = await start()
    started.miner.says = calls(['move_in_direction', '{"direction": "nor'])
    const failed = told(started.axon, 'failed')
    assertRefused(await started.ask('Observation'), 502, 'The model behind this miner failed')
    assert.equal(((await failed).error as NoAnswer).code, 'BAD_ARGUMENTS')
  })

  it('returns only an offered action, and only one', async () => {
    await using started = await start()
    started.miner.says = calls(['teleport', '{}'], ['move_in_direction', move], ['move_in_direction', '{}'])
    const { json } = await started.ask('Observation')
    assert.deepEqual(json.action, [{ name: 'move_in_direction', arguments: JSON.parse(move) }])
    started.miner.says = calls(['toString', '{}'])
    assert.deepEqual((await started.ask('Observation')).json.action, [])
  })

  it('skips its turn when the model calls no tool', async () => {
    await using started = await start()
    started.miner.says = () => 'I would rather not.'
    const { status, json } = await started.ask('Observation')
    assert.deepEqual([status, json.action], [200, []])
  })

  it('does not ask the model when no tool is offered', async () => {
    await using started = await start()
    assert.deepEqual((await started.ask('Observation', { action_space: [] })).json.action, [])
    assert.deepEqual(started.miner.questions, [])
  })

  it('remembers for each validator its last 20 actions with the feedback that came after', async () => {
    await using started = await start()
    for (let turn = 0; turn < 23; turn++) {
      started.miner.says = calls(['move_in_direction', `{"turn": ${turn}}`])
      await started.ask('Observation', { action_log: [`feedback ${turn}`] })
    }
    const { past } = shown(started)
    assert.equal(past.length, 20)
    assert.deepEqual(past.at(-1), {
      did: '{"name":"move_in_direction","arguments":{"turn":21}}',
      feedback: 'feedback 22',
    })
    assert.equal(past[0].feedback, 'feedback 3')
    await started.ask('Observation', {}, { by: charlie })
    assert.deepEqual(shown(started).past, [])
  })

  it('does not assign the feedback on a skipped turn to the action before', async () => {
    await using started = await start()
    started.miner.says = calls(['move_in_direction', '{"turn": 0}'])
    await started.ask('Observation', { action_log: ['before'] })
    started.miner.says = () => {
      throw new NoAnswer('upstream', 'no')
    }
    await started.ask('Observation', { action_log: ['on turn 0'] })
    started.miner.says = calls(['move_in_direction', '{"turn": 2}'])
    await started.ask('Observation', { action_log: ['nothing was done'] })
    assert.deepEqual(
      shown(started).past.map(({ feedback }: { feedback: string }) => feedback),
      ['on turn 0'],
    )
  })

  it('remembers at most 2,000 characters of a feedback', async () => {
    await using started = await start()
    started.miner.says = calls(['move_in_direction', JSON.stringify({ direction: 'n'.repeat(5_000) })])
    await started.ask('Observation')
    await started.ask('Observation', { action_log: ['a'.repeat(100_000)] })
    const [{ did, feedback }] = shown(started).past
    assert.deepEqual([did.length, feedback.length], [2_000, 2_000])
  })

  for (const [what, change] of [
    ['no tools', { action_space: null }],
    ['a tool without a name', { action_space: [{ type: 'function', function: {} }] }],
    ['feedback that is no list', { action_log: 'a' }],
  ] as const)
    it(`refuses ${what} with 400`, async () => {
      await using started = await start()
      assert.equal((await started.ask('Observation', change)).status, 400)
    })
})
