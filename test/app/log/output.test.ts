import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { run, within } from '../../support/child-process.ts'
import { liveMiner } from '../../support/cli.ts'

/** A program with an output to its standard error, which nobody reads until the test does. */
function program(body: string): ChildProcess {
  const script = `
    import { FileOutput } from '#dist/app/log/file-output.js'
    const output = new FileOutput(2)
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

  for (const [name, stderr] of [
    ['full', '2>/dev/full'],
    ['closed', '2> >(exec 0<&-; exit)'],
    ['closed from the start', '2>&-'],
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
          import { FileOutput } from '#dist/app/log/file-output.js'
          const output = new FileOutput(2)
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
      const { FileOutput } = await import('#dist/app/log/file-output.js')
      const output = new FileOutput(2)
      for (let at = 0; at < 3; at++) output.write(at + '\\n')
      await output[Symbol.asyncDispose]()
    `
    const { stderr } = await run(process.execPath, ['--input-type=module', '-e', script])
    assert.equal(stderr, '0\n1\n2\n')
  })

  it('goes on with a whole line when another reader opens a named pipe', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'miner-log-'))
    after(() => rmSync(folder, { recursive: true, force: true }))
    const script = `
      import { once } from 'node:events'
      const { FileOutput } = await import('#dist/app/log/file-output.js')
      const output = new FileOutput(2)
      for (let at = 0; at < 500; at++) output.write(at + ' '.repeat(1000) + '|\\n')
      console.log('written')
      await once(process.stdin, 'data')
      for (let at = 500; at < 520; at++) output.write(at + ' '.repeat(1000) + '|\\n')
      console.log('again')
      await once(process.stdin, 'data')
      await output[Symbol.asyncDispose]()
      process.exit()
    `
    const words = 'mkfifo "$2"; exec "$0" --input-type=module -e "$1" 2>"$2"'
    const fifo = join(folder, 'log')
    const child = spawn('bash', ['-c', words, process.execPath, script, fifo], { stdio: ['pipe', 'pipe', 'inherit'] })
    // Reads the beginning of a line, and leaves.
    const first = spawn('bash', ['-c', 'until [ -p "$0" ]; do sleep 0.01; done; exec head -c 500 "$0"', fifo])
    await Promise.all([once(child.stdout, 'data'), once(first, 'exit')])
    child.stdin.write('go\n')
    await once(child.stdout, 'data')
    const second = spawn('cat', [fifo], { stdio: ['ignore', 'pipe', 'inherit'] })
    let received = ''
    const closed = once(second.stdout, 'close')
    second.stdout.on('data', data => {
      received += data
    })
    await once(second.stdout, 'data')
    child.stdin.write('go\n')
    assert.deepEqual(await once(child, 'exit'), [0, null])
    await closed
    const lines = received.trimEnd().split('\n').slice(1) // without the line that the first reader began
    const records = lines.filter(line => line.startsWith('{')).map(line => JSON.parse(line))
    const numbers = lines.filter(line => !line.startsWith('{')).map(line => /^(\d+) {1000}\|$/.exec(line)?.[1])
    assert.ok(
      numbers.length > 400 && numbers.at(-1) === '519',
      `${numbers.length} lines, the last is ${numbers.at(-1)}`,
    )
    assert.equal(numbers.includes(undefined), false, 'a line is not whole')
    assert.deepEqual(records, [])
  })

  describe('on a terminal', () => {
    before(function () {
      if (spawnSync('python3', ['-c', 'import pty']).status !== 0) this.skip()
    })

    // The program has a terminal as standard error, of which nothing is read, or whose window is closed.
    const terminal = `
import os, pty, subprocess, sys
master, slave = pty.openpty()
child = subprocess.Popen(sys.argv[2:], stderr=slave, stdin=subprocess.PIPE)
os.close(slave)
if sys.argv[1] == 'gone':
    os.close(master)
child.stdin.write(b'go')
child.stdin.close()
print('code', child.wait())
`
    for (const state of ['stuck', 'gone'])
      for (const end of ['await output[Symbol.asyncDispose]()', 'process.exit()'])
        it(`goes on, and lets the program end, when the terminal is ${state}: ${end}`, async () => {
          const script = `
            import { once } from 'node:events'
            import { logOutput } from '#dist/app/log/output.js'
            await once(process.stdin, 'data')
            const output = logOutput()
            const record = JSON.stringify({ level: 'info', time: new Date(), event: 'tested', message: 'x'.repeat(100) })
            for (let at = 0; at < 900; at++) output.write(record + '\\n')
            console.log('went on')
            ${end}
          `
          const args = ['-u', '-c', terminal, state, process.execPath, '--input-type=module', '-e', script]
          const child = spawn('python3', args, { stdio: ['ignore', 'pipe', 'inherit'] })
          const stdout = await within(20_000, text(child.stdout))
          assert.equal(stdout, 'went on\ncode 0\n')
        })
  })

  // Standard error takes no record, so a preloaded module reports the axon's port on standard output.
  const reportsPort = `import { subscribe } from 'node:diagnostics_channel'
    subscribe('tracing:net.server.listen:asyncEnd', ({ server }) => console.log(server.address().port))`

  for (const signals of [1, 2])
    it(`lets serve end on a full disk, after ${signals} SIGTERM`, async () => {
      const command = 'exec "$NODE" --import "$PRELOAD" "$MINER" serve --dev --use echo --axon-port 0 2>/dev/full'
      const env = { PRELOAD: `data:text/javascript,${encodeURIComponent(reportsPort)}` }
      await using live = liveMiner([], { command, env })
      await live.says('\n')
      await fetch(`http://127.0.0.1:${Number(live.said.stdout)}/healthz`)
      for (let at = 0; at < signals; at++) live.child.kill('SIGTERM')
      const { code } = await within(100_000, live.ended)
      assert.ok(code === 0 || code === 143, String(code))
    })
})
