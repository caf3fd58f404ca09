import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { liveMiner } from '../../support/cli.ts'

const interrupt = fileURLToPath(new URL('../../../dist/cli/process/interrupt.js', import.meta.url))

/** A program that listens for a signal, tells when one came, and runs on. */
const PROGRAM = `
import { listenForInterrupt } from '${interrupt}'
const interrupt = listenForInterrupt(new AbortController().signal)
interrupt.signal.addEventListener('abort', () => console.log('stopped with', interrupt.exitCode()))
if (process.argv[1] === 'dispose') interrupt[Symbol.dispose]()
setInterval(() => {}, 60_000)
console.log('listens', interrupt.exitCode())
`

const start = (...args: string[]) =>
  liveMiner(args, { command: 'exec "$NODE" --input-type=module --eval "$PROGRAM" "$@"', env: { PROGRAM } })

describe('an interrupt', () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    it(`is the first ${signal}, which does not end the program; the second does`, async () => {
      await using run = start()
      await run.says('listens null')
      run.child.kill(signal)
      await run.says(`stopped with ${code}`)
      run.child.kill(signal)
      assert.partialDeepStrictEqual(await run.ended, { signal, stdout: `listens null\nstopped with ${code}\n` })
    })

  it('is listened for until it is disposed', async () => {
    await using run = start('dispose')
    await run.says('listens null')
    run.child.kill('SIGINT')
    assert.partialDeepStrictEqual(await run.ended, { signal: 'SIGINT', stdout: 'listens null\n' })
  })
})
