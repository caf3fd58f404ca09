import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Miner } from 'bittensor-miner'
import { ask, startAxon } from 'bittensor-miner/testing'
import plugin from '../src/index.ts'

/** Says what it is told to, and remembers what it was asked. */
function poet(says: string) {
  const asked: string[] = []
  const miner: Miner = {
    async *prompt({ messages }) {
      asked.push(...messages.map(({ content }) => content))
      yield says
      return { model: 'poet', finishReason: 'stop' }
    },
  }
  return { asked, miner }
}

test('answers a theme with three lines', async () => {
  const { miner, asked } = poet('An old silent pond\n  A frog jumps into the pond\n\nSplash! Silence again\n')
  await using axon = await startAxon({ miner, dialect: plugin })
  const { status, fields } = await ask(axon, 'HaikuSynapse', { theme: 'a pond', language: 'Basho’s English' })
  assert.deepEqual(axon.errors, [])
  assert.equal(status, 200)
  assert.deepEqual(fields.lines, ['An old silent pond', 'A frog jumps into the pond', 'Splash! Silence again'])
  assert.deepEqual(asked, ['Write a haiku in Basho’s English: three lines, and nothing else.', 'a pond'])
})

test('refuses rather than answering with a text that is not a haiku', async () => {
  await using axon = await startAxon({ miner: poet('I would rather not.').miner, dialect: plugin })
  const { status, fields } = await ask(axon, 'HaikuSynapse')
  assert.equal(status, 502)
  assert.deepEqual(fields.lines, [])
})
