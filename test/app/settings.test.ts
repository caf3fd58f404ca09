import assert from 'node:assert/strict'
import { contradictions, hostSections } from '#dist/app/settings.js'
import { loadConfiguration } from '#dist/config/load.js'

const secret = { MINER_AXON_STORE_SECRET: 'sixteen letters!' }
const flag = (path: string, name: string, text: string) => ({ path, flag: `--${name}`, texts: [text] })
const store = (text: string) => flag('axon.store', 'store', text)

/** Returns what contradicts in the settings of a run. */
async function problemsOf(flags: ReturnType<typeof flag>[], env: NodeJS.ProcessEnv = {}): Promise<unknown> {
  const sections = Object.values(hostSections)
  const configuration = await loadConfiguration({ sections, known: [], flags, env, file: null, secrets: 'resolve' })
  return contradictions(configuration).map(({ path }) => path)
}

describe('settings that contradict each other', () => {
  it('are the secret of a store that is not named, and one that is typed beside another store', async () => {
    const typed = flag('axon.storeSecret', 'store-secret', 'sixteen letters!')
    assert.deepEqual(await problemsOf([], secret), ['axon.storeSecret'])
    assert.deepEqual(await problemsOf([store('memory'), typed]), ['axon.storeSecret'])
  })

  it('are not the secret of other runs, of which this one names another store', async () => {
    assert.deepEqual(await problemsOf([store('memory')], secret), [])
    assert.deepEqual(await problemsOf([store('redis://127.0.0.1:6379')], secret), [])
  })

  it('are a budget of all bodies below the largest one', async () => {
    const bodies = (size: string) => flag('limits.bodies', 'limits-bodies', size)
    assert.deepEqual(await problemsOf([bodies('512KiB')]), ['limits.bodies'])
    assert.deepEqual(await problemsOf([bodies('512KiB'), flag('axon.maxBody', 'max-body', '512KiB')]), [])
    assert.deepEqual(await problemsOf([]), [])
  })
})
