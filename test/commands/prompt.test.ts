import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { liveMiner } from '../support/cli.ts'
import { linkedMiner, scripted } from '../support/linked-miner.ts'
import { runMiner } from '../support/miner-process.ts'
import {
  answered,
  type Behaviour,
  chunk,
  cut,
  event,
  stalled,
  startModelServer,
  streamed,
  whole,
} from '../support/model-server.ts'
import { pausing } from '../support/pausing-model.ts'

describe('miner prompt', () => {
  it('takes the text behind a list of the miner’s as the question', async () => {
    await using model = await startModelServer()
    const { code, stderr } = await runMiner(['prompt', '--base-url', model.url, '--stop', 'A', '--stop', 'B', 'hi'])
    assert.equal(code, 0, stderr)
    const { stop, messages } = model.requests[0]!.body
    assert.deepEqual([stop, messages], [['A', 'B'], [{ role: 'user', content: 'hi' }]])
  })

  it('prints the answer as it comes', async () => {
    const { behaviour, goOn } = pausing()
    await using model = await startModelServer(behaviour)
    await using run = liveMiner(['prompt', 'hi', '--base-url', model.url])
    await run.says('Hel')
    goOn()
    const { code, stdout, stderr } = await run.ended
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'Hello\n', stderr: '' })
  })

  it('ends the line of an answer that is cut off, and says what happened', async () => {
    await using model = await startModelServer(cut(['Hel']))
    const { code, stdout, stderr } = await runMiner(['prompt', 'hi', '--base-url', model.url])
    assert.equal(code, 1)
    assert.equal(stdout, 'Hel\n')
    assert.match(stderr, /^error: .*\n {2}try: .*\n$/)
  })

  it('prints nothing of an answer that is not whole with --no-stream', async () => {
    await using model = await startModelServer(cut(['Hel']))
    const { code, stdout } = await runMiner(['prompt', 'hi', '--no-stream', '--base-url', model.url])
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })

    model.behaviour = streamed(['Hel', 'lo'])
    const { stdout: later } = await runMiner(['prompt', 'hi', '--no-stream', '--base-url', model.url])
    assert.equal(later, 'Hello\n')
  })

  it('gives one JSON document with --json', async () => {
    await using model = await startModelServer(whole('Hello', 'Hi'))
    const { code, stdout, stderr } = await runMiner(['prompt', 'hi', '--n', '2', '--json', '--base-url', model.url])
    const { firstMs, ms, attempts, ...result } = JSON.parse(stdout)
    assert.equal(attempts.length, 1)
    assert.deepEqual(result, {
      completion: 'Hello',
      model: 'gpt-3.5-turbo-0125',
      finishReason: 'stop',
      usage: { promptTokens: 9, completionTokens: 2 },
    })
    assert.ok(Number.isInteger(firstMs) && firstMs >= 0 && Number.isInteger(ms) && ms >= firstMs)
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  })

  it('tells with --verbose who answered, after which attempts, how fast, and with how many tokens', async () => {
    const attempts = [
      { endpoint: 'main', model: 'gpt-4o-mini', ms: 811.6, error: 'MODEL_BUSY', retryAfterMs: 45_000 },
      { endpoint: 'local', model: 'llama', ms: 20 },
    ]
    const usage = { promptTokens: 9, cachedTokens: 0, completionTokens: 20, reasoningTokens: 10 }
    const outcome = { model: 'llama-3.1\u001b[2J', finishReason: 'stop', attempts, usage }
    const env = scripted({ pieces: ['Hel', 'lo'], outcome })
    const { code, stdout, stderr } = await runMiner(['prompt', 'hi', '--verbose'], { env })
    assert.deepEqual({ code, stdout }, { code: 0, stdout: 'Hello\n' })
    assert.equal(
      stderr.replaceAll(/time .*\d+ ms to the first words, \d+ ms in all/g, 'time'),
      '  answered  llama-3.1\\u001b[2J at local\n' +
        '  attempts  gpt-4o-mini at main failed with MODEL_BUSY after 812 ms, and asks to wait 45000 ms\n' +
        '            llama at local answered after 20 ms\n' +
        '  time\n' +
        '  tokens    prompt 9, cached 0, completion 20, reasoning 10\n',
    )

    const json = await runMiner(['prompt', 'hi', '--verbose', '--json'], { env })
    const { firstMs: _, ms: __, ...result } = JSON.parse(json.stdout)
    assert.deepEqual(result, { completion: 'Hello', ...outcome })
    assert.equal(json.stderr, '')
  })

  it('tells with --verbose what it does not know', async () => {
    const { stdout, stderr } = await runMiner(['prompt', 'hi', '--use', 'echo', '--verbose', '--no-stream'])
    assert.equal(stdout, 'hi\n')
    assert.match(stderr, /^ {2}answered {2}echo\n {2}time {6}\d+ ms to .* in all\n {2}tokens {4}unknown\n$/)
  })

  it('tells with --verbose which attempts failed, when there is no answer', async () => {
    const failed = [{ endpoint: 'main', model: 'gpt', ms: 5, error: 'MODEL_CUT' }]
    const env = scripted({ pieces: ['Hel'], failed })
    const verbose = await runMiner(['prompt', 'hi', '--verbose'], { env })
    assert.deepEqual(verbose, {
      code: 1,
      signal: null,
      stdout: 'Hel\n',
      stderr: '  attempts  gpt at main failed with MODEL_CUT after 5 ms\nerror: nobody answers\n',
    })
    const terse = await runMiner(['prompt', 'hi'], { env })
    assert.equal(terse.stderr, 'error: nobody answers\n')
    const json = await runMiner(['prompt', 'hi', '--json'], { env })
    assert.deepEqual(JSON.parse(json.stdout), {
      error: { code: 'NOBODY', message: 'nobody answers', attempts: [...failed, ...failed] }, // it is asked for again
    })
  })

  it('tells which attempts were under way when the time was over', async () => {
    await using model = await startModelServer(stalled())
    const slow = ['prompt', 'hi', '--timeout', '3s', '--base-url', model.url]
    const host = new URL(model.url).host
    const { stderr } = await runMiner([...slow, '--verbose'])
    assert.match(
      stderr,
      new RegExp(`^  attempts  gpt-3.5-turbo at ${host} failed with MODEL_TIMEOUT after \\d+ ms\nerror: `),
    )
    const { attempts } = JSON.parse((await runMiner([...slow, '--json'])).stdout).error
    assert.deepEqual([attempts.length, attempts[0].endpoint, attempts[0].error], [1, host, 'MODEL_TIMEOUT'])
  })

  for (const flag of ['--no-stream', '--json']) {
    it(`begins an answer again that breaks off before anybody has seen it, with ${flag}`, async () => {
      await using model = await startModelServer(cut(['Hel']))
      model.behaviour = (response, request) =>
        (model.requests.length === 1 ? cut(['Hel']) : streamed(['Hello']))(response, request)
      const { code, stdout } = await runMiner(['prompt', 'hi', flag, '--base-url', model.url])
      assert.match(stdout, flag === '--json' ? /"completion": "Hello"/ : /^Hello\n$/)
      assert.equal(code, 0)
    })
  }

  for (const flags of [[], ['--no-stream'], ['--json']])
    it(`says that the endpoint sent nothing until --timeout, not only that time is up, ${flags}`, async () => {
      await using model = await startModelServer(stalled())
      const { stdout, stderr } = await runMiner(['prompt', 'hi', '--timeout', '3s', ...flags, '--base-url', model.url])
      const printed = stdout + stderr
      assert.match(printed, /sent no token and did not finish its answer within/)
      assert.match(printed, /check that the endpoint is up/)
    })

  it('waits no longer than --timeout', async () => {
    await using model = await startModelServer(stalled())
    const { code, stderr } = await runMiner(['prompt', 'hi', '--timeout', '3s', '--base-url', model.url])
    assert.match(stderr, /^error: .*\n {2}try: /)
    assert.equal(code, 1)
    assert.deepEqual(await (await model.arrived(0)).over, { left: true })
    const long = await runMiner(['prompt', 'hi', '--timeout', '2h', '--use', 'echo'])
    assert.match(long.stderr, /--timeout must be between 100ms and 1h/)
    assert.equal(long.code, 2)
  })

  it('ends although a miner does not let go, and has told the answer', async () => {
    const env = linkedMiner('clinging')
    const { code, stdout } = await runMiner(['prompt', 'hi', '--json'], { env })
    assert.equal(code, 0)
    assert.equal(JSON.parse(stdout).completion, 'answer')
  })

  for (const never of ['create', 'ready'] as const)
    it(`waits no longer than --timeout for a miner whose ${never} never ends`, async () => {
      const { code, stdout } = await runMiner(['prompt', 'hi', '--json', '--timeout', '200ms'], {
        env: scripted({ never }),
      })
      assert.equal(code, 1)
      assert.equal(JSON.parse(stdout).error.code, 'PROMPT_TIMEOUT')
    })

  it('asks what was typed with the settings that were typed', async () => {
    await using model = await startModelServer()
    const conversation = ['--roles', 'system,user', '--messages', 'Be brief, please.', 'What is TAO?']
    const settings = ['--model', 'other', '--temperature', '0', '--max-tokens', 'none', '--base-url', model.url]
    const { code } = await runMiner(['prompt', ...settings, ...conversation])
    assert.equal(code, 0)
    const { body } = await model.arrived(0)
    assert.deepEqual(body.messages, [
      { role: 'system', content: 'Be brief, please.' },
      { role: 'user', content: 'What is TAO?' },
    ])
    assert.equal(body.model, 'other')
    assert.equal(body.temperature, 0)
    assert.equal('max_tokens' in body || 'max_completion_tokens' in body, false)
  })

  it('reads a standard input that comes slowly to its end', async () => {
    await using model = await startModelServer()
    await using run = liveMiner(['prompt', '--base-url', model.url])
    // More than a pipe holds: when it is written, the program is reading, and waits for more.
    const half = 'x'.repeat(1024 * 1024)
    await new Promise(written => run.child.stdin.write(half, written))
    assert.equal(model.requests.length, 0)
    run.child.stdin.end('y\n')
    assert.equal((await run.ended).code, 0)
    assert.deepEqual((await model.arrived(0)).body.messages, [{ role: 'user', content: `${half}y` }])
  })

  it('refuses a standard input that is no text, or without end', async () => {
    await using binary = liveMiner(['prompt', '--use', 'echo'])
    binary.child.stdin.end(Buffer.from([0x68, 0xff]))
    const { code, stderr } = await binary.ended
    assert.equal(code, 2)
    assert.match(stderr, /^error: standard input is not UTF-8 text\n {2}try: .+\n$/)

    await using endless = liveMiner(['prompt', '--use', 'echo'])
    for (let count = 0; count < 17; count++) endless.child.stdin.write('x'.repeat(1024 * 1024))
    const ended = await endless.ended
    assert.equal(ended.code, 2)
    assert.match(ended.stderr, /^error: standard input has more than 16777216 bytes\n {2}try: .+\n$/)
  })

  const shell = (command: string) =>
    liveMiner([], { command: `set -o pipefail; ${command.replaceAll('miner', '"$NODE" "$MINER"')}` })

  // simonw/llm llm/cli.py `read_prompt`, 0.36: `" ".join([stdin, prompt])`.
  it('puts what is piped in before TEXT, as llm does', async () => {
    for (const [command, stdout] of [
      ['printf "a\\nfile\\n" | miner prompt summarise --use echo', 'a\nfile\n summarise\n'],
      ['miner prompt summarise --use echo <<< "a file"', 'a file\n summarise\n'],
      ['printf "" | miner prompt hi --use echo', 'hi\n'],
      ['echo | miner prompt hi --use echo', 'hi\n'],
      ['miner prompt hi --use echo </dev/null', 'hi\n'],
      ['miner prompt hi --use echo <&-', 'hi\n'],
      ['echo alone | miner prompt "" --use echo', 'alone\n'],
      ['echo alone | miner prompt - --use echo', 'alone\n'],
      ['echo ignored | miner prompt --roles user --messages hi --use echo', 'hi\n'],
    ] as const) {
      await using run = shell(command)
      assert.deepEqual(await run.ended, { code: 0, signal: null, stdout, stderr: '' }, command)
    }
  })

  it('refuses a standard input beside TEXT that is no text, too large, or not readable', async () => {
    for (const [command, message] of [
      ['printf "h\\xff" | miner prompt hi --use echo', /^error: standard input is not UTF-8 text\n {2}try: /],
      ['yes | miner prompt hi --use echo', /^error: standard input has more than 16777216 bytes\n {2}try: /],
      ['miner prompt hi --use echo 0>/dev/null', /^error: standard input cannot be read: EBADF\n {2}try: /],
    ] as const) {
      await using run = shell(`${command}; exit \${PIPESTATUS[-1]}`)
      const { code, stdout, stderr } = await run.ended
      assert.deepEqual({ code, stdout }, { code: 2, stdout: '' }, command)
      assert.match(stderr, message)
    }
  })

  it('waits for a pipe however late it comes, and says so', async () => {
    await using run = shell('cat | miner prompt summarise --use echo')
    await run.says('waiting for standard input')
    run.child.stdin.end('late')
    const { code, stdout, stderr } = await run.ended
    assert.deepEqual({ code, stdout }, { code: 0, stdout: 'late summarise\n' })
    assert.equal(stderr, 'waiting for standard input; to ask without it, add </dev/null\n')
  })

  // Node's `spawn` gives its child a socket, and most programs leave it open.
  it('does not wait for a socket to which nothing is written, and says when something comes too late', async () => {
    const { behaviour, goOn } = pausing()
    await using model = await startModelServer(behaviour)
    await using run = liveMiner(['prompt', 'hi', '--base-url', model.url])
    await run.says('Hel')
    run.child.stdin.write('too late')
    await run.says('standard input came too late, and is not part of the question')
    goOn()
    assert.deepEqual((await model.arrived(0)).body.messages, [{ role: 'user', content: 'hi' }])
    assert.equal((await run.ended).code, 0)

    await using idle = liveMiner(['prompt', 'hi', '--use', 'echo'])
    assert.deepEqual(await idle.ended, { code: 0, signal: null, stdout: 'hi\n', stderr: '' })
  })

  it('takes each line that is piped in with -i as a question, and goes on after one that fails', async () => {
    await using model = await startModelServer()
    model.behaviour = (response, request) =>
      (model.requests.length === 2 ? answered(401, { error: { message: 'wrong key' } }) : streamed(['Hello']))(
        response,
        request,
      )
    const args = ['prompt', '-i', 'zero', '--base-url', model.url]
    const { code, stdout, stderr } = await runMiner(args, { input: 'one\r\n\n  \ntwo' })
    assert.deepEqual({ code, stdout }, { code: 2, stdout: 'Hello\nHello\n' })
    assert.match(stderr, /^error: 127\.0\.0\.1:\d+ refuses the API key.*\n {2}try: .*\n$/)
    const { messages } = (await model.arrived(2)).body
    assert.deepEqual(messages, [
      { role: 'user', content: 'zero' },
      { role: 'assistant', content: 'Hello' },
      { role: 'user', content: 'two' },
    ])
  })

  it('answers each line with -i before it reads the next', async () => {
    await using run = liveMiner(['prompt', '-i', '--use', 'echo'])
    for (const line of ['one', 'two']) {
      run.child.stdin.write(`${line}\n`)
      await run.says(`${line}\n`)
    }
    run.child.stdin.end()
    assert.deepEqual(await run.ended, { code: 0, signal: null, stdout: 'one\ntwo\n', stderr: '' })
  })

  it('refuses with -i a line that is no text, or without end', async () => {
    for (const [command, message] of [
      ['printf "one\\nh\\xff\\n" | miner prompt -i --use echo', /^error: standard input is not UTF-8 text\n/],
      [
        'yes | tr -d "\\n" | miner prompt -i --use echo',
        /^error: a line of standard input has more than 16777216 bytes\n/,
      ],
    ] as const) {
      await using run = shell(`${command}; exit \${PIPESTATUS[-1]}`)
      const { code, stderr } = await run.ended
      assert.equal(code, 2)
      assert.match(stderr, message)
    }
  })

  it('prints an error whose message cannot be set, without the secrets in it', async () => {
    const env = {
      ...scripted({ aborted: 'sent sk-secret-0123456789' }),
      MINER_SCRIPTED_API_KEY: 'sk-secret-0123456789',
    }
    const { code, stderr } = await runMiner(['prompt', 'hi'], { env })
    assert.equal(code, 1)
    assert.match(stderr, /^error: .*: sent \*\*\*\n/)
  })

  it('redacts a secret in the error of a turn', async () => {
    await using model = await startModelServer(answered(418, { error: { message: 'no sk-secret-0123456789 here' } }))
    const env = { OPENAI_API_KEY: 'sk-secret-0123456789' }
    const { stderr } = await runMiner(['prompt', '-i', '--base-url', model.url], { input: 'one\n', env })
    assert.match(stderr, /^error: .*\n/)
    assert.equal(stderr.includes('0123456789'), false)
  })

  it('ends quietly when its reader has left', async () => {
    await using model = await startModelServer(endless)
    await using run = liveMiner(['prompt', 'hi', '--base-url', model.url], {
      command: '"$NODE" "$MINER" "$@" | head -1; echo "status $PIPESTATUS"',
    })
    const { stdout, stderr } = await run.ended
    assert.deepEqual({ stdout, stderr }, { stdout: 'again\nstatus 0\n', stderr: '' })
    assert.deepEqual(await (await model.arrived(0)).over, { left: true })
  })

  it('ends quietly when the help is cut off', async () => {
    await using run = liveMiner([], {
      command: '"$NODE" "$MINER" serve --help | head -1; echo "status $PIPESTATUS"',
    })
    const { stdout, stderr } = await run.ended
    assert.match(stdout, /^Join the subnet.*\nstatus 0\n$/)
    assert.equal(stderr, '')
  })

  it('ends at once on Ctrl-C, and the model is told', async () => {
    await using model = await startModelServer(stalled(['Hel']))
    await using run = liveMiner(['prompt', 'hi', '--base-url', model.url])
    await run.says('Hel')
    run.child.kill('SIGINT')
    const { code, signal, stderr } = await run.ended
    // A shell shows 130.
    assert.deepEqual({ code, signal, stderr }, { code: null, signal: 'SIGINT', stderr: '' })
    assert.deepEqual(await (await model.arrived(0)).over, { left: true })
  })

  it('tells a failure of the model as the world’s, and a wrong setting as the user’s', async () => {
    await using model = await startModelServer(answered(500, { error: { message: 'out of order' } }))
    const failed = await runMiner(['prompt', 'hi', '--base-url', model.url])
    assert.equal(failed.code, 1)
    assert.match(failed.stderr, /^error: 127\.0\.0\.1:\d+ failed \(500\): out of order\n {2}try: .+\n$/)

    model.behaviour = answered(404, { error: { code: 'model_not_found', message: 'no such model' } })
    const unknown = await runMiner(['prompt', 'hi', '--json', '--base-url', model.url])
    assert.equal(unknown.code, 2)
    const { error } = JSON.parse(unknown.stdout)
    assert.equal(error.code, 'MODEL_NOT_FOUND')
    assert.match(error.hint, /--model/)
    assert.equal(unknown.stderr, '')
  })

  it('says where nobody answers', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    await new Promise(closed => server.close(closed))
    const { code, stderr } = await runMiner(['prompt', 'hi', '--base-url', `http://127.0.0.1:${port}/v1`])
    assert.equal(code, 1)
    assert.match(stderr, new RegExp(`^error: .*127\\.0\\.0\\.1:${port}.*\n {2}try: .*--base-url.*\n$`))
  })

  it('calls an answer without words an error', async () => {
    await using model = await startModelServer(whole(' '))
    const { code, stdout } = await runMiner(['prompt', 'hi', '--n', '2', '--base-url', model.url])
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
  })
})

/** Says the same line until nobody listens any more. */
const endless: Behaviour = async response => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  while (!response.destroyed) {
    response.write(event(chunk({ content: 'again\n' })))
    await new Promise(setImmediate)
  }
}
