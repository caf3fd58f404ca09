import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { readBounded } from '#dist/config/read-bounded.js'
import { run } from '../support/child-process.ts'
import { liveMiner, program } from '../support/cli.ts'
import { inFolder } from './reading.ts'

async function withPipe<T>(use: (pipe: string) => Promise<T>): Promise<T> {
  return inFolder(async folder => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    return use(pipe)
  })
}

const writes = (pipe: string, script: string) => run('bash', ['-c', `{ ${script}; } > "$0"`, pipe])

describe('readBounded', () => {
  it('reports a named pipe that no program writes to', async () => {
    await withPipe(async pipe => {
      const why = 'is a pipe, and no program opened it for writing within 0.1 s'
      assert.deepEqual(await readBounded(pipe, 9, { writerMs: 100 }), { why, code: 'ETIMEDOUT' })
    })
  })

  it('waits for a writer, and as long as it takes for what it writes', async () => {
    await withPipe(async pipe => {
      const reading = readBounded(pipe, 9, { writerMs: 1_000 })
      await writes(pipe, 'sleep 1.2; printf on; sleep 0.2; printf e')
      assert.equal(String(await reading), 'one')
    })
  })

  it('bounds what a pipe may bring', async () => {
    await withPipe(async pipe => {
      const reading = readBounded(pipe, 1024)
      await writes(pipe, 'head -c 2000 /dev/zero')
      assert.deepEqual(await reading, { why: 'is larger than 1 KiB', code: 'EFBIG' })
    })
  })

  it('reads an inherited pipe whose writer wrote nothing as empty, at once', async () => {
    const script = `
      const { readBounded } = await import('#dist/config/read-bounded.js')
      console.log(String(await readBounded(process.argv[1], 9)).length)`
    const words = '"$0" --input-type=module -e "$1" <(true)'
    const { stdout } = await run('bash', ['-c', words, process.execPath, script], { timeoutMs: 4_000 })
    assert.equal(stdout, '0\n')
  })

  for (const [what, args, line] of [
    ['--config', ['config', 'show', '--config', 'PIPE'], 'the configuration file is a pipe'],
    [
      'a secret',
      ['prompt', 'hi', '--api-key', 'file:PIPE', '--model', 'm'],
      'refers to the file PIPE, which is a pipe',
    ],
    ['--body', ['query', '--dev', '--body', 'PIPE'], 'the file of --body is a pipe'],
  ] as const)
    it(`does not hang on a pipe without a writer: ${what}`, async () => {
      await withPipe(async pipe => {
        const words = args.map(word => word.replace('PIPE', pipe))
        const { code, stderr } = await run(process.execPath, [program, ...words], { timeoutMs: 20_000 })
        assert.notEqual(code, 0)
        assert.ok(stderr.includes(line.replace('PIPE', pipe)), stderr)
      })
    })

  it('lets Ctrl-C end the wait for a writer', async () => {
    await withPipe(async pipe => {
      await using live = liveMiner(['config', 'show', '--config', pipe])
      await once(live.child, 'spawn')
      setTimeout(() => live.child.kill('SIGINT'), 1_500)
      assert.equal((await live.ended).signal, 'SIGINT')
    })
  })
})
