import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LiveRun, liveMiner } from '../support/cli.ts'
import { runMiner, startMiner } from '../support/miner-process.ts'
import { hasTerminal, onTerminal as runOnTerminal } from '../support/terminal.ts'

describe('on a terminal', () => {
  before(function () {
    if (!hasTerminal()) this.skip()
  })

  function onTerminal(args: string[], env: Record<string, string> = {}): LiveRun {
    return runOnTerminal(args, { env, columns: 200 })
  }

  it('serve shows its hotkey, url, miner and dialect, how to try it, and a log for people', async () => {
    await using run = onTerminal(['serve', '--dev', '--use', 'echo', '--axon-port', '0'], { NO_COLOR: '1' })
    await run.says('try it')
    await run.says('"hi"')
    const [, url] = /url +(http:\S+)/.exec(run.said.stdout)!
    assert.equal((await runMiner(['query', '--dev', '--url', url!, 'hi'])).stdout, 'hi\n')
    await run.says('answered')
    run.child.kill('SIGTERM')
    const { code, stdout } = await run.ended
    assert.equal(code, 0)
    const text = stdout.replaceAll('\r\n', '\n')
    const banner = text.slice(text.indexOf('\n  hotkey'), text.indexOf('"hi"\n') + 5)
    assert.equal(
      banner.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT'),
      `
  hotkey    5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty (//Bob)
  url       http://127.0.0.1:PORT
  miner     echo
  dialect   prompting
  callers   the development keys //Alice to //Ferdie
  try it    miner query --dev --url http://127.0.0.1:PORT "hi"
`,
    )
    assert.match(text, /^\[\d\d:\d\d:\d\d\] INFO: answered \{.*"status":200.*\}$/m)
    assert.equal(text.includes('\u001b'), false)
  })

  it('serve shows a line that asks the dialect it serves, as it can be asked', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'miner on a terminal '))
    after(() => rmSync(folder, { recursive: true, force: true }))
    const file = join(folder, "it's.toml")
    writeFileSync(
      file,
      'name = "own"\n[synapses.A]\nprompt = "{q}"\nanswer = "b"\nfields = { q = "str = \'hi\'", b = "str = \'\'" }',
    )
    for (const [args, said, answer] of [
      [['--netuid', '33'], '--dialect readyai', /^502: /m],
      [['--dialect-file', file], `--dialect-file '${folder}/it'\\''s.toml'`, /^b: "hi"$/m],
    ] as const) {
      await using run = onTerminal(['serve', '--dev', '--use', 'echo', '--axon-port', '0', ...args])
      await run.says('try it')
      await run.says(`${said}\r\n`)
      const [, line] = /try it +miner (.*)\r/.exec(run.said.stdout)!
      await using asked = liveMiner([], { command: `"$NODE" "$MINER" ${line}` })
      const { stdout, stderr } = await asked.ended
      assert.match(stdout + stderr, answer)
      run.child.kill('SIGTERM')
      await run.ended
    }
  })

  it('shows colours, unless NO_COLOR or TERM=dumb forbids them; FORCE_COLOR overrides both', async () => {
    const xterm = { TERM: 'xterm-256color' }
    const environments: [Record<string, string>, boolean][] = [
      [xterm, true],
      [{ ...xterm, NO_COLOR: '1' }, false],
      [{ ...xterm, NO_COLOR: '' }, true],
      [{ TERM: 'dumb' }, false],
      [{ TERM: 'dumb', FORCE_COLOR: '1' }, true],
      [{ ...xterm, FORCE_COLOR: '0' }, false],
    ]
    for (const [env, isColoured] of environments) {
      // Fails after a warning of the log.
      const args = ['prompt', '--base-url', 'http://127.0.0.1:1', '--api-key', 'sk-secret', 'hi']
      await using run = onTerminal(args, env)
      const { stdout } = await run.ended
      const [warning, error] = isColoured
        ? ['\u001b[33mWARN\u001b[39m: ', '\n\u001b[31merror:\u001b[39m 127.']
        : ['] WARN: ', '\nerror: 127.']
      assert.ok(stdout.includes(warning) && stdout.includes(error), JSON.stringify({ env, stdout }))
      assert.equal(stdout.includes('\u001b'), isColoured, JSON.stringify(env))
    }
    await using json = onTerminal(['miners', '--json'], { TERM: 'dumb' })
    assert.equal((await json.ended).stdout.includes('\u001b'), false)
    assert.match((await runMiner(['prompt', '--use', 'nope', 'hi'], { env: xterm })).stderr, /^error: /)
  })

  it('prompt without a question does not wait for one', async () => {
    await using run = onTerminal(['prompt', '--use', 'echo'], { NO_COLOR: '1' })
    const { code, stdout } = await run.ended
    assert.equal(code, 2)
    assert.match(
      stdout,
      /^error: there is no question\r\n {2}try: type it as TEXT: "What is TAO\?", or pipe it in\r\n$/,
    )
  })

  it('query without a question asks with the example, and says so', async () => {
    await using served = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0'])
    await using run = onTerminal(['query', '--dev', '--url', served.url])
    assert.equal((await run.ended).stdout, 'asking Prompting with its example\r\nWhat is TAO?\r\n')
  })

  it('an unknown command does not ask back', async () => {
    await using run = onTerminal(['promt'], { NO_COLOR: '1' })
    assert.equal((await run.ended).code, 127)
  })

  it('an answer cannot drive it', async () => {
    await using run = onTerminal(['prompt', '--use', 'echo', 'a\u001b[2J\u0007\tb\nc'])
    assert.equal((await run.ended).stdout, 'a\\u001b[2J\\u0007\tb\r\nc\r\n')
    await using served = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0'])
    for (const stream of [[], ['--stream']]) {
      await using query = onTerminal(['query', '--dev', '--url', served.url, 'a\u001b[2J', ...stream])
      assert.ok((await query.ended).stdout.startsWith('a\\u001b[2J\r\n'))
    }
  })

  it('a JSON document cannot drive it, and says the same', async () => {
    await using run = onTerminal(['prompt', '--use', 'echo', '--json', '\u001b\u009b2J\u202e'])
    const { stdout } = await run.ended
    assert.ok(stdout.includes('"\\u001b\\u009b2J\\u202e"'))
    assert.equal(JSON.parse(stdout).completion, '\u001b\u009b2J\u202e')
  })
})
