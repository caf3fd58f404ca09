import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { DRAIN_MS } from '#dist/cli/serving/end-serving.js'

describe('deploy/ecosystem.config.cjs', () => {
  const { apps } = createRequire(import.meta.url)('../../deploy/ecosystem.config.cjs')
  const [app] = apps

  it('gives the miner longer to stop than it needs to finish its requests', () => {
    assert.equal(apps.length, 1)
    assert.ok(app.kill_timeout >= DRAIN_MS + 10_000)
  })

  it('does not start it again where no restart helps', () => {
    assert.deepEqual(app.stop_exit_codes, [0, 2, 69])
    assert.deepEqual([app.autorestart, app.instances, app.args], [true, 1, 'serve'])
  })
})
