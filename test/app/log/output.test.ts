import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as setTimeoutAsync } from 'node:timers/promises'
import { run, within } from '../../support/child-process.ts'
import { liveMiner } from '../../support/cli.ts'

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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
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

  for (const [name, stderr] of [
    ['full', '2>/dev/full'],
    ['closed', '2> >(exec 0<&-; exit)'],
    ['stuck', '2> >(exec sleep 20 >&-)'],
  ])
    for (const end of [
      'await output[Symbol.asyncDispose]()',
      'await setTimeout(500); process.exit()',
      'process.exit()',
    ])
      it(`lets the program end when its output is ${name}: ${end}`, async () => {
        const script = `
          import { setTimeout } from 'node:timers/promises'
          import { fileOutput } from '#dist/app/log/output.js'
          const output = await fileOutput(2)
          for (let at = 0; at < 900; at++) output.write(at + ' '.repeat(1000) + '\\n')
          ${end}
        `
        const words = `"$0" --input-type=module -e "$1" ${stderr}; echo "code $?"`
        const child = spawn('bash', ['-c', words, process.execPath, script], { stdio: ['ignore', 'pipe', 'ignore'] })
        const late = setTimeout(() => child.stdout.destroy(new Error('it did not end')), 8_000)
        assert.equal(String(await once(child.stdout, 'data')), 'code 0\n')
        clearTimeout(late)
      })

  it('writes the waiting lines when there is space again', async () => {
    const script = `
      import fs from 'node:fs'
      const { write } = fs
      let failures = 3
      fs.write = (...args) => failures-- > 0
        ? setImmediate(args.at(-1), Object.assign(new Error('full'), { code: 'ENOSPC' }))
        : write(...args)
      const { fileOutput } = await import('#dist/app/log/output.js')
      const output = await fileOutput(2)
      for (let at = 0; at < 3; at++) output.write(at + '\\n')
      await output[Symbol.asyncDispose]()
    `
    const { stderr } = await run(process.execPath, ['--input-type=module', '-e', script])
    assert.equal(stderr, '0\n1\n2\n')
  })

  for (const signals of [1, 2])
    it(`lets serve end on a full disk, after ${signals} SIGTERM`, async () => {
      const port = await freePort()
      const command = `exec "$NODE" "$MINER" serve --dev --use echo --axon-port ${port} 2>/dev/full`
      await using live = liveMiner([], { command })
      while (!(await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined))) await setTimeoutAsync(50)
      for (let at = 0; at < signals; at++) live.child.kill('SIGTERM')
      const { code } = await within(10_000, live.ended)
      assert.ok(code === 0 || code === 143, String(code))
    })
})
