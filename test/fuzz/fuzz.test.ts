import assert from 'node:assert/strict'
import { realSockets } from '../axon/real-sockets.ts'
import { corpusOf, fuzz } from './fuzz.ts'
import { Lab } from './lab.ts'
import { seedsOf } from './seeds.ts'

describe('the fuzzer', () => {
  realSockets()

  it('is answered each of its seeds, and the oracle agrees', async () => {
    const seeds = seedsOf()
    await using lab = new Lab(seeds)
    for (const seed of seeds.keys())
      assert.deepEqual(await lab.run({ requests: [{ seed, edits: [] }] }), [200, 200], seed)
    await lab.settle()
    assert.deepEqual(lab.findings, [])
  })

  it('finds nothing in the cases of earlier bugs', async () => {
    await using lab = new Lab(seedsOf())
    for (const recipe of corpusOf().values()) await lab.run(recipe)
    await lab.settle()
    assert.deepEqual(lab.findings, [])
  })

  for (const [defect, kinds] of [
    ['hash', ['accepted', 'asked']],
    ['replay', ['twice', 'asked']],
    ['legacy', ['twice', 'asked']],
    ['receiver', ['accepted', 'asked']],
    ['timeout', ['accepted', 'asked']],
    ['crash', ['status', 'fault']],
  ] as const) {
    it(`finds the hole of an axon with the defect ${defect}`, async () => {
      const { finding } = await fuzz({ seed: 1, seconds: 120, cases: 3_000, defect })
      assert.ok(finding, 'it found nothing')
      assert.ok((kinds as readonly string[]).includes(finding.kind), `${finding.kind}: ${finding.what}`)
    })
  }
})
