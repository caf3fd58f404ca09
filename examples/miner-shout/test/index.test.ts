import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, askMiner, startAxon } from 'bittensor-miner/testing'
import plugin from '../src/index.ts'

test('answers a validator in capital letters, with its mark', async () => {
  await using axon = await startAxon({ miner: plugin, config: { mark: '!!' } })
  const { status, fields } = await ask(axon, 'Prompting', { roles: ['user'], messages: ['good morning'] })
  assert.deepEqual(axon.errors, [])
  assert.equal(status, 200)
  assert.equal(fields.completion, 'GOOD MORNING!!')
})

test('streams', async () => {
  await using axon = await startAxon({ miner: plugin })
  assert.equal((await ask(axon, 'StreamPrompting', { messages: ['hi'] })).text, 'HI!')
})

test('leaves an emoji the last word', async () => {
  for (const emoji of ['🎉', '👩‍👩‍👧', '👍🏽'])
    assert.equal((await askMiner(plugin, `hi ${emoji} `)).text, `HI ${emoji}`)
  assert.equal((await askMiner(plugin, '🎉 at 7')).text, '🎉 AT 7!')
})

test('says that it has no answer to nothing', async () => {
  await assert.rejects(askMiner(plugin, ' '), { name: 'NoAnswer', reason: 'unsupported' })
})
