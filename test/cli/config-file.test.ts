import assert from 'node:assert/strict'
import { run } from '../support/child-process.ts'

describe('the configuration file', () => {
  it('may be a pipe, which can be read only once', async () => {
    const words = '"$0" bin/run.js prompt hi --config <(printf \'use = "echo"\\n[echo]\\nprefix = "> "\\n\')'
    const { code, stdout, stderr } = await run('bash', ['-c', words, process.execPath])
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: '> hi\n', stderr: '' })
  })
})
