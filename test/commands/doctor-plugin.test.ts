import assert from 'node:assert/strict'
import type { Diagnosis } from '#dist/plugin/miner.js'
import { scripted } from '../support/linked-miner.ts'
import { runMiner, spawnMiner } from '../support/miner-process.ts'
import type { Script } from '../support/miners/scripted.ts'
import { runDoctor } from '../support/run-doctor.ts'

describe('the checks of a plugin, in miner doctor,', () => {
  const withMiner = (script: Script, run = runMiner) =>
    runDoctor(['--dev', '--only', 'plugins,miner'], { env: scripted(script) }, run)
  const found = (more: Partial<Diagnosis>): Diagnosis => ({
    name: 'card',
    verdict: 'ok',
    message: 'is there',
    ...more,
  })

  it('count as its own, and name the miner', async () => {
    const diagnoses = [
      found({}),
      found({ verdict: 'fault', message: 'is too small', how: 'nvidia-smi', hint: 'buy another' }),
    ]
    const { code, brief, of } = await withMiner({ diagnoses })
    assert.equal(code, 1)
    assert.deepEqual(brief.slice(-2), ['miner ok', 'miner fault'])
    const [first, second] = of('miner')
    assert.deepEqual([first!.message, first!.how], ['card: is there', 'the method diagnose of the miner scripted'])
    assert.deepEqual([second!.message, second!.how, second!.hint], ['card: is too small', 'nvidia-smi', 'buy another'])
  })

  it('are unknown when the miner breaks its contract, and leave out when it has none', async () => {
    const { code, of } = await withMiner({ diagnoses: [{ verdict: 'fine' }] })
    assert.deepEqual([code, of('miner')[0]!.verdict], [0, 'unknown'])
    assert.match(of('miner')[0]!.message, /^cannot be told: the miner returned an invalid diagnosis/)
    assert.deepEqual((await withMiner({})).of('miner'), [])
  })

  it('end in time', async () => {
    // The haste of its timers stays in its process.
    const { of } = await withMiner({ diagnoses: 'never', haste: 100 }, spawnMiner)
    assert.deepEqual(
      [of('miner')[0]!.verdict, of('miner')[0]!.message],
      ['unknown', 'cannot be told: it was not done within 15 s'],
    )
  })
})
