import assert from 'node:assert/strict'
import { hostSections } from '#dist/app/settings.js'
import { typedFlags } from '#dist/cli/subnet/typed-flags.js'
import { loadConfiguration } from '#dist/config/load.js'

describe('the flags of the next command', () => {
  it('repeat the flag of a list, since a comma is part of a value, and hold no secret of a URL', async () => {
    const sections = Object.values(hostSections)
    const texts = ['wss://a.example', 'wss://user:secret@b.example/a?key=secret']
    const flags = [{ path: 'subtensor.endpoints', flag: '--chain-endpoint', texts }]
    const sources = { sections, known: [], flags, env: {}, file: null, secrets: 'resolve' } as const
    assert.deepEqual(typedFlags(await loadConfiguration(sources), undefined), [
      '--chain-endpoint',
      'wss://a.example',
      '--chain-endpoint',
      'wss://b.example/a',
    ])
  })
})
