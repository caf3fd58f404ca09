import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/** A program with an output to its standard error, which nobody reads until the test does. */
function program(body: string): ChildProcess {
  const script = `
    import { fileOutput } from '#dist/app/log/output.js'
    const output = await fileOutput(2)
    ${body}
  `
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stderr.pause()
  return child
}

describe('log output', () => {
  it('does not block when its reader stops, and counts the lines that are lost', async () => {
    const child = program(`
      for (let at = 0; at < 3000; at++) output.write(at + ' '.repeat(1000) + '\\n')
      console.log('went on')
    `)
    assert.equal(String(await once(child.stdout!, 'data')), 'went on\n')
    const lines = (await text(child.stderr!)).trimEnd().split('\n')
    const { event, count } = JSON.parse(lines.pop()!)
    assert.equal(event, 'recordsLost')
    assert.equal(lines.length + count, 3000)
    assert.ok(count > 0)
    assert.deepEqual(
      lines,
      lines.map((_, at) => at + ' '.repeat(1000)),
    )
  })

  it('has written all waiting lines when it is disposed', async () => {
    const child = program(`
      for (let at = 0; at < 500; at++) output.write(at + '\\n')
      await output[Symbol.asyncDispose]()
      process.stderr.write('after\\n')
    `)
    const lines = (await text(child.stderr!)).trimEnd().split('\n')
    assert.equal(lines.length, 501)
    assert.equal(lines.at(-1), 'after')
  })

  it('lets the program end when the reader is stuck', async () => {
    const child = program(`
      for (let at = 0; at < 900; at++) output.write(at + ' '.repeat(1000) + '\\n')
      await output[Symbol.asyncDispose]()
      output.write('late\\n')
      process.exit(3)
    `)
    assert.deepEqual(await once(child, 'exit'), [3, null])
  })
})
