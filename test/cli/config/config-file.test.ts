import assert from 'node:assert/strict'
import { openConfigFile, writeConfigFile } from '#dist/cli/config/config-file.js'
import { UsageError } from '#dist/cli/errors/usage-error.js'
import { ConfigFolder } from '../../support/config-folder.ts'

describe('writeConfigFile', () => {
  it('keeps the change of another command that writes at the same time', async () => {
    using at = new ConfigFolder('# mine\n')
    for (let round = 0; round < 20; round++) {
      const before = at.text
      const opened = await Promise.all([1, 2, 3].map(() => openConfigFile(at.file)))
      const lines = opened.map((_, writer) => `# ${round} ${writer}\n`)
      const results = await Promise.allSettled(
        opened.map((file, writer) => writeConfigFile(file, `${before}${lines[writer]}`)),
      )
      const written = lines.filter((_, writer) => results[writer]?.status === 'fulfilled')
      assert.equal(at.text, `${before}${written.join('')}`)
      assert.equal(written.length, 1)
      for (const result of results)
        if (result.status === 'rejected') {
          assert.ok(result.reason instanceof UsageError)
          assert.equal(result.reason.code, 'FILE_CHANGED')
        }
    }
    assert.deepEqual(at.names, ['config.toml'])
  })
})
