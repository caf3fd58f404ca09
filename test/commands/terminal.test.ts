import assert from 'node:assert/strict'
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type LiveRun, liveMiner } from '../support/cli.ts'
import { runMiner, startMiner } from '../support/miner-process.ts'
import {
  answered,
  type Behaviour,
  cut,
  type ModelServer,
  stalled,
  startModelServer,
  streamed,
} from '../support/model-server.ts'
import { alice, bob, charlie } from '../support/signed-request.ts'
import { hasTerminal, onTerminal as runOnTerminal, withoutStatus } from '../support/terminal.ts'

const ERASE = '\r\u001b[2K'
const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY'

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
    await run.says(' 200 ')
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
    assert.match(
      text,
      /^\d\d:\d\d:\d\d INFO {2}serving: http:\S+, miner echo, dialect prompting, answers \d+ allowed hotkeys$/m,
    )
    assert.match(text, /^\d\d:\d\d:\d\d 200 +\d+ ms 5Grwv…utQY {2}Prompting echo$/m)
    assert.match(text, /^\d\d:\d\d:\d\d INFO {2}draining: no request is open$/m)
    assert.match(text, /^\d\d:\d\d:\d\d INFO {2}stopped$/m)
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

  describe('the line that serve prints to try it', () => {
    const folder = mkdtempSync(join(tmpdir(), "miner's line "))
    after(() => rmSync(folder, { recursive: true, force: true }))
    const wallets = join(folder, 'wallets $HOME')
    const fixtures = fileURLToPath(new URL('../fixtures/wallets', import.meta.url))
    for (const [from, to] of [
      ['plain', 'plain'],
      ['phrase', 'own'],
    ] as const) {
      cpSync(join(fixtures, from), join(wallets, to), { recursive: true })
      chmodSync(join(wallets, to, 'hotkeys', 'default'), 0o600)
    }
    const config = join(folder, 'config.toml')
    const own = `[wallet]\npath = ${JSON.stringify(wallets)}\nname = "plain"\n`
    writeFileSync(config, own)
    const wallet = ['--wallet-path', wallets, '--wallet-name', 'plain']

    const cases: [what: string, args: string[], env: Record<string, string>, line: RegExp][] = [
      [
        'the hotkey of --allow that the README names, //Alice',
        [...wallet, '--allow', alice.address],
        {},
        / --dev --url /,
      ],
      ['the own hotkey', [...wallet, '--allow', bob.address], {}, /--wallet-name plain --wallet-path '.*\$HOME' --url/],
      [
        'the own hotkey of the environment',
        ['--allow', bob.address],
        { MINER_WALLET_NAME: 'plain', MINER_WALLET_PATH: wallets },
        /--wallet-name plain/,
      ],
      [
        'the own hotkey of the file',
        ['--config', config, '--allow', bob.address],
        {},
        /--config '.*\\''s line .*config\.toml' --url/,
      ],
      ['a --config that is a pipe', ['--allow', bob.address], {}, /query --wallet-name plain --wallet-path/],
      [
        'another hotkey of this machine',
        ['--wallet-path', wallets, '--wallet-name', 'own', '--allow', bob.address],
        {},
        /--wallet-name plain --wallet-hotkey default/,
      ],
    ]
    for (const [what, args, env, expected] of cases)
      it(`asks with ${what}`, async () => {
        const local = ['--network', 'none', '--store', 'memory', '--axon-host', '127.0.0.1', '--axon-port', '0']
        const pipe = what.includes('pipe') ? '--config <(cat "$CONFIG")' : ''
        const forget = env.MINER_WALLET_PATH ? '' : 'unset MINER_WALLET_PATH BT_WALLET_PATH;'
        await using run = runOnTerminal(['serve', '--use', 'echo', ...local, ...args], {
          program: ['bash', '-c', `${forget} exec "$NODE" "$MINER" "$@" ${pipe}`, 'bash'],
          env: { CONFIG: config, NO_COLOR: '1', ...env },
          columns: 200,
        })
        await run.says('"hi"')
        const [, line] = /try it +(.*)\r/.exec(run.said.stdout)!
        assert.match(line!, expected)
        await using asked = liveMiner([], {
          command: `miner() { "$NODE" "$MINER" "$@"; }; npx() { "$@"; }; unset MINER_WALLET_PATH BT_WALLET_PATH; cd /; ${line}`,
        })
        const { code, stdout, stderr } = await asked.ended
        assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'hi\n', stderr: '' })
        run.child.kill('SIGTERM')
        await run.ended
      })

    it('says what it lacks, when no wallet of this machine may ask', async () => {
      const local = ['--network', 'none', '--store', 'memory', '--axon-host', '127.0.0.1', '--axon-port', '0']
      await using run = onTerminal(['serve', '--use', 'echo', ...local, ...wallet, '--allow', charlie.address], {
        npm_command: 'exec',
      })
      await run.says('with the NAME and HOTKEY of a wallet that may ask')
      assert.match(run.said.stdout, /try it +npx miner query --wallet-name NAME --wallet-hotkey HOTKEY /)
      run.child.kill('SIGTERM')
      await run.ended
    })
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
      const stdout = withoutStatus((await run.ended).stdout)
      const [warning, error] = isColoured
        ? ['\u001b[33mWARN \u001b[39m ', '\n\u001b[31merror:\u001b[39m 127.']
        : [' WARN  configuration:', '\nerror: 127.']
      assert.ok(stdout.includes(warning) && stdout.includes(error), JSON.stringify({ env, stdout }))
      assert.equal(stdout.includes('\u001b'), isColoured, JSON.stringify(env))
    }
    await using json = onTerminal(['miners', '--json'], { TERM: 'dumb' })
    assert.equal((await json.ended).stdout.includes('\u001b'), false)
    assert.match((await runMiner(['prompt', '--use', 'nope', 'hi'], { env: xterm })).stderr, /^error: /)
  })

  it('logs JSON when --log-format says so, as text anywhere else', async () => {
    const args = ['prompt', '--base-url', 'http://127.0.0.1:1', '--api-key', 'sk-secret', 'hi']
    await using run = onTerminal([...args, '--log-format', 'json'], { NO_COLOR: '1' })
    assert.match((await run.ended).stdout, /^\{"level":"warn",.*"event":"configuration".*\}\r$/m)
    const piped = await runMiner([...args, '--log-format', 'text'])
    assert.match(piped.stderr, /^\d\d:\d\d:\d\d WARN {2}configuration: .*\n/)
  })

  it('ends the line of an answer before a line of the log, on the terminal only', async () => {
    await using model = await startModelServer(streamed(['Hello']))
    const args = ['prompt', 'hi', '--base-url', model.url, '--log-level', 'debug']
    await using run = onTerminal(args, { NO_COLOR: '1' })
    assert.match((await run.ended).stdout, /(^|\n)Hello\r\n\d\d:\d\d:\d\d DEBUG attempt: .*\r\n$/)
    const program = ['sh', '-c', '"$NODE" "$MINER" "$@" | wc -c', 'sh']
    await using piped = runOnTerminal(args, { program })
    assert.match((await piped.ended).stdout, /\n *6\r\n$/)
  })

  describe('shows that it waits, and for how long:', () => {
    const xterm = { TERM: 'xterm-256color', NO_COLOR: '1' }
    const frame = (text: string) => new RegExp(`\\r\\u001b\\[2K[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] ${text} \\(1 s\\)`)

    /** A model that answers when `open` is called. */
    const gated = async (behaviour: Behaviour = streamed(['Hello'])) => {
      const { promise, resolve: open } = Promise.withResolvers<void>()
      const model = await startModelServer((response, request) => promise.then(() => behaviour(response, request)))
      return { model, open, [Symbol.asyncDispose]: () => model[Symbol.asyncDispose]() }
    }

    for (const flags of [[], ['--no-stream']])
      it(`prompt ${flags}`, async () => {
        await using slow = await gated()
        await using run = onTerminal(['prompt', 'hi', '--base-url', slow.model.url, ...flags], xterm)
        await run.says('(1 s)')
        slow.open()
        const { code, stdout } = await run.ended
        assert.equal(code, 0)
        assert.match(stdout, frame('waiting for the answer'))
        assert.ok(stdout.endsWith(`s)${ERASE}Hello\r\n`), stdout)
      })

    for (const [status, headers, why] of [
      [429, { 'retry-after': '2' }, 'refuses because of its rate limit'],
      [503, {}, 'is still loading the model'],
    ] as const)
      it(`prompt, and why, at an endpoint that answers ${status}`, async () => {
        const error = {
          message: status === 503 ? 'Loading model' : 'slow down',
          type: 'unavailable_error',
          code: status,
        }
        await using model = await startModelServer(answered(status, { error }, headers))
        await using run = onTerminal(['prompt', 'hi', '--base-url', model.url], xterm)
        await run.says(why)
        model.behaviour = streamed(['Hello'])
        const { code, stdout } = await run.ended
        assert.equal(code, 0)
        assert.ok(stdout.endsWith(`s)${ERASE}Hello\r\n`), stdout)
      })

    it('prompt that fails', async () => {
      await using model = await startModelServer(stalled())
      await using run = onTerminal(['prompt', 'hi', '--timeout', '5s', '--base-url', model.url], xterm)
      const { stdout } = await run.ended
      assert.ok(stdout.includes(`s)${ERASE}error: gpt-3.5-turbo at ${new URL(model.url).host} sent no token`), stdout)
    })

    it('check', async () => {
      await using slow = await gated()
      await using run = onTerminal(['check', '--base-url', slow.model.url], xterm)
      await run.says('(1 s)')
      slow.open()
      const { stdout } = await run.ended
      assert.match(stdout, frame('checking what can answer'))
      assert.ok(stdout.includes(`s)${ERASE}NAME `), stdout)
    })

    it('models', async () => {
      await using slow = await gated(answered(200, { data: [{ id: 'm' }] }))
      await using run = onTerminal(['models', '--base-url', slow.model.url], xterm)
      await run.says('(1 s)')
      slow.open()
      const { stdout } = await run.ended
      assert.match(stdout, frame('asking for the models'))
      assert.ok(stdout.includes(`s)${ERASE}NAME `), stdout)
    })

    it('query', async () => {
      await using slow = await gated()
      await using served = await startMiner(['serve', '--dev', '--axon-port', '0', '--base-url', slow.model.url])
      await using run = onTerminal(['query', '--dev', '--url', served.url, 'hi'], xterm)
      await run.says('(1 s)')
      slow.open()
      const { stdout } = await run.ended
      assert.match(stdout, frame('waiting for the axon'))
      assert.match(stdout.split(`s)${ERASE}`).at(-1)!, /^Hello\r\nrequest id [0-9a-f-]{36}\r\n$/)
    })

    it('an encrypted hotkey, and why that takes long', async () => {
      const wallets = fileURLToPath(new URL('../fixtures/wallets', import.meta.url))
      const locked = ['--wallet-path', wallets, '--wallet-name', 'locked', '--wallet-password', 'correct horse battery']
      const args = ['query', '--url', 'http://127.0.0.1:1', '--receiver', ALICE, ...locked, 'hi']
      await using run = onTerminal(args, xterm)
      const { stdout } = await run.ended
      assert.match(stdout, frame('decrypting the hotkey: slow by design, so that guessing a password takes long'))
      assert.ok(stdout.includes(`s)${ERASE}error: no axon can be reached`), stdout)
      const { stderr } = await runMiner(args)
      assert.match(
        stderr,
        /"event":"decrypting","file":".*locked.*","message":"slow by design, so that guessing a password takes long"/,
      )
      assert.equal(stderr.includes('\r'), false)
    })

    it('a wrong password, which it asks for again; what is typed before that is neither shown nor used', async function () {
      this.timeout(300_000)
      const wallets = fileURLToPath(new URL('../fixtures/wallets', import.meta.url))
      const locked = ['--wallet-path', wallets, '--wallet-name', 'locked']
      await using run = onTerminal(
        ['query', '--url', 'http://127.0.0.1:1', '--receiver', ALICE, ...locked, 'hi'],
        xterm,
      )
      await run.says('Password of hotkey file')
      run.child.stdin.write('wrong\r')
      await run.says('decrypting the hotkey')
      run.child.stdin.write('typed-early\r')
      await run.says('Wrong password, try again. Password of hotkey file')
      run.child.stdin.write('correct horse battery\r')
      const { stdout } = await run.ended
      assert.ok(stdout.includes('error: no axon can be reached'), stdout)
      assert.doesNotMatch(stdout, /typed-early|battery/)
    })

    it('until a line of the log comes', async () => {
      await using slow = await gated(answered(401, { error: { message: 'wrong key' } }))
      await using good = await startModelServer(streamed(['Hello']))
      const folder = mkdtempSync(join(tmpdir(), 'miner-waits-'))
      after(() => rmSync(folder, { recursive: true, force: true }))
      const file = join(folder, 'config.toml')
      writeFileSync(file, [slow.model, good].map(({ url }) => `[[openai.endpoints]]\nbaseUrl = "${url}"\n`).join(''))
      await using run = onTerminal(['prompt', 'hi', '--config', file], xterm)
      await run.says('(1 s)')
      slow.open()
      const { code, stdout } = await run.ended
      assert.equal(code, 0)
      // A slow machine shows it once more afterwards.
      assert.match(stdout, /\r.{4}\d\d:\d\d:\d\d WARN {2}keyRests: /)
      assert.match(stdout, /Hello\r\n$/)
    })

    // Long enough to be shown: it would be after a second.
    for (const env of [
      { ...xterm, TERM: 'dumb' },
      { ...xterm, CI: 'true' },
    ])
      it(`not with ${JSON.stringify(env)}`, async () => {
        await using slow = await gated()
        await using run = onTerminal(['prompt', 'hi', '--base-url', slow.model.url], env)
        await slow.model.arrived(0)
        setTimeout(slow.open, 2_000)
        assert.equal((await run.ended).stdout, 'Hello\r\n')
      })

    it('not where standard error is no terminal', async () => {
      await using slow = await gated()
      const args = ['prompt', 'hi', '--base-url', slow.model.url]
      await using run = runOnTerminal(args, {
        env: xterm,
        program: ['bash', '-c', 'exec "$NODE" "$MINER" "$@" 2>/dev/full', 'bash'],
      })
      await slow.model.arrived(0)
      setTimeout(slow.open, 2_000)
      assert.equal((await run.ended).stdout, 'Hello\r\n')
    })
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

  describe('prompt -i', () => {
    const READY = '\u001b[?2004h'

    /** A conversation with a model: `type` waits until the program asks, and types. */
    const converse = (model: ModelServer, flags: string[] = []) => {
      const run = onTerminal(['prompt', '-i', '--base-url', model.url, ...flags], { TERM: 'xterm', NO_COLOR: '1' })
      let asked = 0
      const type = async (text: string) => {
        asked++
        await run.says(READY, asked)
        run.child.stdin.write(text)
      }
      return { ...run, type, [Symbol.asyncDispose]: () => run[Symbol.asyncDispose]() }
    }

    const said = async (model: ModelServer, at: number) =>
      ((await model.arrived(at)).body.messages as { role: string; content: string }[]).map(
        ({ role, content }) => `${role}: ${content}`,
      )

    it('asks each question with all that was said before', async () => {
      await using model = await startModelServer(streamed(['Hel', 'lo']))
      await using run = converse(model, ['-s', 'Be brief.'])
      await run.type('one\r')
      await run.type('\r')
      await run.type('two\r')
      await run.type('/clear\r')
      await run.type('three\r')
      await run.type('/exit\r')
      const { code, stdout } = await run.ended
      assert.equal(code, 0)
      assert.equal(stdout.split('Hello\r\n').length - 1, 3, JSON.stringify(stdout))
      assert.deepEqual(await said(model, 0), ['system: Be brief.', 'user: one'])
      assert.deepEqual(await said(model, 1), ['system: Be brief.', 'user: one', 'assistant: Hello', 'user: two'])
      assert.deepEqual(await said(model, 2), ['system: Be brief.', 'user: three'])
    })

    it('says which keys it takes, in lines that fit', async () => {
      await using run = runOnTerminal(['prompt', '-i', '--use', 'echo'], { columns: 60, env: { TERM: 'xterm' } })
      await run.says(READY)
      run.child.stdin.write('/exit\r')
      const { stdout } = await run.ended
      const introduction =
        'Ctrl-C stops an answer, Ctrl-D ends the conversation, /clear\r\nbegins a new one, /help lists the commands\r\n'
      assert.ok(stdout.startsWith(introduction), stdout)
    })

    it('asks the question of the command line first', async () => {
      await using model = await startModelServer(streamed(['Hello']))
      await using run = converse(model, ['--roles', 'system,user', '--messages', 'Be kind.', 'one'])
      await run.type('two\r')
      await run.type('\u0004')
      assert.equal((await run.ended).code, 0)
      assert.deepEqual(await said(model, 0), ['system: Be kind.', 'user: one'])
      assert.deepEqual(await said(model, 1), ['system: Be kind.', 'user: one', 'assistant: Hello', 'user: two'])
    })

    it('stops an answer on Ctrl-C, tells the model, keeps what came, and goes on', async () => {
      await using model = await startModelServer(stalled(['Hel']))
      await using run = converse(model)
      await run.type('one\r')
      await run.says('Hel')
      run.child.stdin.write('\u0003')
      assert.deepEqual(await (await model.arrived(0)).over, { left: true })
      model.behaviour = streamed(['Hello'])
      await run.type('two\r')
      await run.type('\u0003') // on an empty line
      const { code, stdout } = await run.ended
      assert.equal(code, 0)
      assert.doesNotMatch(stdout, /error/)
      assert.deepEqual(await said(model, 1), ['user: one', 'assistant: Hel', 'user: two'])
    })

    it('stops an answer of which nothing has come, and forgets the question', async () => {
      await using model = await startModelServer(() => {})
      await using run = converse(model)
      await run.type('one\r')
      await model.arrived(0)
      run.child.stdin.write('\u0003')
      await (await model.arrived(0)).over
      model.behaviour = streamed(['Hello'])
      await run.type('two\r')
      await run.type('\u0004')
      assert.equal((await run.ended).code, 0)
      assert.deepEqual(await said(model, 1), ['user: two'])
    })

    it('goes on after an error, which leaves no trace in the conversation', async () => {
      await using model = await startModelServer(answered(401, { error: { message: 'wrong key' } }))
      await using run = converse(model)
      await run.type('one\r')
      await run.says('error: 127.0.0.1')
      model.behaviour = cut(['Hel'])
      await run.type('two\r')
      await run.says('Hel\r\n')
      const asked = model.requests.length
      model.behaviour = streamed(['Hello'])
      await run.type('three\r')
      await run.type('\u0004')
      assert.equal((await run.ended).code, 0)
      assert.deepEqual(await said(model, asked), ['user: three'])
    })

    it('takes pasted lines, and those that end with a backslash, as one question', async () => {
      await using model = await startModelServer(streamed(['Hello']))
      await using run = converse(model)
      await run.type('see: \u001b[200~a\rb\\\r\tc\u001b[201~ ok\r')
      await run.type('d\\\re\r')
      await run.type('f\u0003') // clears the line
      run.child.stdin.write('g\r')
      await run.type('\u001b[A\u001b[A\r') // the arrow that goes up, twice
      await run.type('\u0004')
      assert.equal((await run.ended).code, 0)
      const questions = []
      for (let at = 0; at < 4; at++) questions.push((await said(model, at)).at(-1))
      assert.deepEqual(questions, ['user: see: a\nb\\\n\tc ok', 'user: d\ne', 'user: g', 'user: d\ne'])
    })

    it('brings a pasted question back whole', async () => {
      await using model = await startModelServer(streamed(['Hello']))
      await using run = converse(model)
      await run.type('\u001b[200~a\rb\rc\u001b[201~\r')
      await run.type('d\r')
      for (const keys of ['\u001b[A\u001b[A\r', '\u001b[A\r', '\u0004']) await run.type(keys)
      assert.equal((await run.ended).code, 0)
      const questions = []
      for (let at = 0; at < 4; at++) questions.push((await said(model, at)).at(-1))
      assert.deepEqual(questions, ['user: a\nb\nc', 'user: d', 'user: a\nb\nc', 'user: a\nb\nc'])
    })

    it('asks none of its commands, and a question that begins with a slash', async () => {
      await using model = await startModelServer(streamed(['Hello']))
      await using run = converse(model)
      for (const text of ['/help', '/HELP me', '/hlep', ' /hlep', '/etc/hosts?', '/exit']) await run.type(`${text}\r`)
      const { code, stdout } = await run.ended
      assert.equal(code, 0)
      const flat = stdout.replaceAll('\r\n', ' ')
      assert.equal(flat.split('/exit and /quit end it').length - 1, 3, stdout)
      assert.equal(flat.split('/hlep is not a command.').length - 1, 1, stdout)
      assert.deepEqual(
        [(await said(model, 0)).at(-1), (await said(model, 1)).at(-1), model.requests.length],
        ['user: /hlep', 'user: /etc/hosts?', 2],
      )
    })

    for (const [typed, last] of [
      ['\u0004', 'one'],
      ['two\n\u0004', 'two'],
    ] as const)
      it(`ends on Ctrl-D during an answer, after what was typed before it: ${last}`, async () => {
        const gate = Promise.withResolvers<void>()
        await using model = await startModelServer((response, request) =>
          gate.promise.then(() => streamed(['Hello'])(response, request)),
        )
        await using run = converse(model)
        await run.type('one\r')
        await model.arrived(0)
        run.child.stdin.write(typed)
        // What is echoed was received.
        if (last === 'one') run.child.stdin.write('\u0012')
        await run.says(last === 'one' ? '^R' : 'two')
        gate.resolve()
        assert.equal((await run.ended).code, 0)
        assert.equal((await said(model, model.requests.length - 1)).at(-1), `user: ${last}`)
      })

    it('fits its introduction to the terminal', async () => {
      await using run = runOnTerminal(['prompt', '-i', '--use', 'echo'], { columns: 40, env: { NO_COLOR: '1' } })
      await run.says(READY)
      run.child.stdin.write('\u0004')
      const { stdout } = await run.ended
      const lines = stdout.slice(0, stdout.indexOf(READY)).split('\r\n')
      assert.ok(lines.length > 2 && lines.every(line => line.length <= 40), stdout)
    })

    it('asks what was typed during an answer next', async () => {
      const gate = Promise.withResolvers<void>()
      await using model = await startModelServer((response, request) =>
        gate.promise.then(() => streamed(['Hello'])(response, request)),
      )
      await using run = converse(model)
      await run.type('one\r')
      await model.arrived(0)
      run.child.stdin.write('two\nthree\n')
      await run.says('three')
      gate.resolve()
      await run.says(READY, 3) // behind the first answer, and behind the last
      run.child.stdin.write('\u0004')
      assert.equal((await run.ended).code, 0)
      assert.equal((await said(model, 2)).at(-1), 'user: three')
    })

    it('is not made to move a cursor by an answer', async () => {
      await using model = await startModelServer(streamed(['a\u001b[2J']))
      await using run = converse(model)
      await run.type('one\r')
      await run.says('a\\u001b[2J\r\n')
    })
  })

  it('query without a question asks with the example, and says so', async () => {
    await using served = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0'])
    await using run = onTerminal(['query', '--dev', '--url', served.url])
    assert.match(
      (await run.ended).stdout,
      /^asking Prompting with its example\r\nWhat is TAO\?\r\nrequest id [0-9a-f-]{36}\r\n$/,
    )
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
