import assert from 'node:assert/strict'
import { checkNodeVersion } from '#dist/doctor/machine/node-version.js'

describe('the check of Node', () => {
  for (const [version, verdict] of [
    ['22.15.0', 'ok'],
    ['24.1.3', 'ok'],
    ['22.14.9', 'fault'],
    ['20.20.2', 'fault'],
    ['9.99.9', 'fault'],
  ] as const)
    it(`calls ${version} ${verdict}, where 22.15 is needed`, () => {
      assert.equal(checkNodeVersion(version, '>=22.15').verdict, verdict)
    })

  it('names the version that is needed, and the one to install', () => {
    const { code, message, hint } = checkNodeVersion('20.20.2', '>=22.15')
    assert.deepEqual(
      [code, message, hint],
      ['NODE_TOO_OLD', 'Node 20.20.2 is older than 22.15', 'install Node 22.15 or newer'],
    )
  })
})
