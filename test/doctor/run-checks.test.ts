import assert from 'node:assert/strict'
import type { DoctorCheck, Finding } from '#dist/doctor/check.js'
import { runChecks } from '#dist/doctor/run-checks.js'

const fine: Finding = { verdict: 'ok', message: 'fine', how: 'looked' }
const never = () => new Promise<never>(() => {})
const { signal } = new AbortController()

describe('runChecks', () => {
  it('tells what each check found, in the order of the checks, without those that do not apply', async () => {
    const last = Promise.withResolvers<void>()
    const checks: DoctorCheck[] = [
      { name: 'node', run: async () => last.promise.then(() => [fine]) },
      { name: 'headers', run: async () => [] },
      {
        name: 'clock',
        async run() {
          last.resolve()
          return [fine, fine]
        },
      },
    ]
    const found = await runChecks(checks, { signal })
    assert.deepEqual(
      found.map(({ name, findings }) => [name, findings.length]),
      [
        ['node', 1],
        ['clock', 2],
      ],
    )
  })

  it('calls a check unknown that throws, at once or later, and hides none of the others', async () => {
    const checks: DoctorCheck[] = [
      {
        name: 'node',
        run() {
          throw new Error('at once')
        },
      },
      { name: 'clock', run: async () => Promise.reject(new Error('later')) },
      { name: 'disk', run: async () => [fine] },
    ]
    const [first, second, third] = await runChecks(checks, { signal })
    assert.deepEqual(first!.findings, [
      { verdict: 'unknown', message: 'cannot be told: at once', how: 'the check failed' },
    ])
    assert.match(second!.findings[0]!.message, /later$/)
    assert.deepEqual(third!.findings, [fine])
  })

  it('gives up a check that hangs, even if it ignores its signal', async () => {
    const [found] = await runChecks([{ name: 'chain', timeoutMs: 20, run: never }], { signal })
    assert.deepEqual(
      [found!.findings[0]!.verdict, found!.findings[0]!.message],
      ['unknown', 'cannot be told: it was not done within 0.02 s'],
    )
  })

  it('ends with the reason of its signal', async () => {
    const ending = new AbortController()
    const running = runChecks([{ name: 'chain', run: never }], { signal: ending.signal })
    ending.abort(new Error('Ctrl-C'))
    await assert.rejects(running, /Ctrl-C/)
  })

  it('tells which checks are still running', async () => {
    const seen: string[] = []
    const checks: DoctorCheck[] = [
      { name: 'node', run: async () => [fine] },
      { name: 'disk', run: async () => [fine] },
    ]
    await runChecks(checks, { signal, onProgress: running => seen.push(running.join()) })
    assert.deepEqual([seen[0], seen[1], seen.at(-1)], ['node', 'node,disk', ''])
  })
})
