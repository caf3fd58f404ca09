import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { liveMiner } from '../support/cli.ts'
import { type MinerProcess, runMiner, startMiner } from '../support/miner-process.ts'
import { chunk, END, json, rawAxon, SUCCESS, streamHead } from '../support/raw-axon.ts'

const HAIKU = `
name = "haiku"

[synapses.Haiku]
hashed = ["topic", "lines", "heat"]
prompt = "Write {lines} lines about {topic}."
answer = "haiku"

[synapses.Haiku.fields]
topic = "str"
season = "str | None"
lines = "int = 3"
heat = "float = 1"
haiku = "str = ''"

[synapses.Lines]
prompt = "{topic}"
frames = "jsonl"
piece = { type = "data", data = "{text}" }
end = { type = "meta" }
fields = { topic = "str" }

[synapses.Events]
prompt = "{topic}"
frames = "sse"
end = "[DONE]"
fields = { topic = "str" }

[synapses.Words]
prompt = "{topic}"
frames = "text"
fields = { topic = "str" }

[synapses.Chat]
messages = "messages"
answer = "reply"
fields = { messages = "list[dict]", reply = "str = None" }
`

describe('miner query of a synapse', () => {
  let folder: string
  let file: string
  let miner: MinerProcess
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'query-synapse-'))
    file = join(folder, 'haiku.toml')
    writeFileSync(file, HAIKU)
    miner = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0', '--dialect-file', file])
  })
  after(async () => {
    await miner?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  const query = (...args: string[]) => ['query', '--dev', '--url', miner.url, '--dialect-file', file, ...args]
  const ask = (args: readonly string[], options: Parameters<typeof runMiner>[1] = {}) =>
    runMiner(query(...args), options)

  it('asks with the example, and prints what the reply changed', async () => {
    const { code, stdout, stderr } = await ask([])
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'haiku: "Write 3 lines about topic."\n', stderr: '' })
    const { ms: _, axonMs: __, requestId: ___, ...document } = JSON.parse((await ask(['--json'])).stdout)
    assert.deepEqual(document, { fields: { haiku: 'Write 3 lines about topic.' }, status: 200, message: 'Success' })
  })

  it('takes fields over those of the example, from JSON, a file or standard input', async () => {
    const body = '{"topic": "autumn", "lines": 5}'
    const path = join(folder, 'body.json')
    writeFileSync(path, body)
    for (const [said, input] of [[body], [path], ['-', body]] as const) {
      const { stdout } = await ask(['--body', said], input ? { input } : {})
      assert.equal(stdout, 'haiku: "Write 5 lines about autumn."\n', said)
    }
  })

  it('sends them without loss, in the order of the example, and announces those that are required', async () => {
    const body = '{"new": [1.50, 1e3], "lines": 12345678901234567890, "heat": 2, "topic": "a\\u00e9", "lines": 64.0}'
    const asked = Promise.withResolvers<{ headers: Record<string, unknown>; body: string }>()
    await using axon = await rawAxon(async (say, _, { headers }, body) => {
      asked.resolve({ headers, body })
      await say(json(200, body.replace('"haiku": ""', '"haiku": "x"'), SUCCESS))
    })
    const args = ['query', '--dev', '--url', axon.url.origin, '--dialect-file', file, '--body', body]
    const { stdout, stderr } = await runMiner(args)
    assert.equal(stdout, 'haiku: "x"\n')
    assert.equal(stderr, 'warning: Haiku has no field "new"\n')
    const { headers, body: sent } = await asked.promise
    const own = /"topic": .*$/.exec(sent)![0]
    const fields = '"topic": "a\\u00e9", "season": null, "lines": 64.0, "heat": 2, "haiku": "", "new": [1.50, 1e3]}'
    assert.equal(own, fields)
    const announced = Object.entries(headers).filter(([name]) => name.startsWith('bt_header_input_obj_'))
    assert.deepEqual(announced, [
      ['bt_header_input_obj_topic', 'IiI='],
      ['bt_header_input_obj_season', 'bnVsbA=='],
    ])
  })

  it('warns of a field that does not fit, and tells what the axon makes of it', async () => {
    const { code, stdout, stderr } = await ask(['--body', '{"topic": 5}'])
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
    assert.match(
      stderr,
      /^warning: Haiku does not take this: topic: .*\n400: the axon cannot parse .*: topic: .*\n {2}try/,
    )
    const document = JSON.parse((await ask(['--body', '{"topic": 5}', '--json'])).stdout)
    assert.deepEqual([document.fields, document.status], [null, 400])
  })

  it('warns of a field that the synapse does not have, tells which may be meant, and sends it', async () => {
    const { code, stdout, stderr } = await ask(['--body', '{"topik": "autumn", "topic": "a"}'])
    assert.deepEqual({ code, stdout }, { code: 0, stdout: 'haiku: "Write 3 lines about a."\n' })
    assert.equal(stderr, 'warning: Haiku has no field "topik"\n  try: topic\n')
  })

  it('prints the bytes of a stream, whatever its frames', async () => {
    const body = ['--body', '{"topic": "a b"}']
    const lines = await ask(['--synapse', 'Lines', ...body])
    assert.equal(lines.stdout, '{"type":"data","data":"a b"}\n{"type":"meta"}\n')
    assert.match(lines.stderr, /^\d pieces?, the first after \d+ ms, the end after \d+ ms\n$/)
    assert.equal((await ask(['--synapse', 'Events', ...body])).stdout, 'data: a b\n\ndata: [DONE]\n\n')
    assert.equal((await ask(['--synapse', 'Words', ...body])).stdout, 'a b\n')
    const {
      pieces,
      ms: _,
      firstMs: __,
      requestId,
      ...document
    } = JSON.parse((await ask(['--stream', '--json', ...body])).stdout)
    assert.ok(pieces > 0)
    const stream = '{"type":"data","data":"a b"}\n{"type":"meta"}\n'
    assert.match(requestId, /^[0-9a-f-]{36}$/)
    assert.deepEqual(document, { stream, status: 200, message: 'Success', axonMs: document.axonMs })
  })

  it('prints the bytes of a stream as they come, characters or not', async () => {
    const rest = Promise.withResolvers<void>()
    await using axon = await rawAxon(async say => {
      await say(streamHead(SUCCESS))
      await say(chunk('data: \ud83d\udc4b'))
      await rest.promise
      await say(chunk(Buffer.from([0xff, 0x00, 0x0a])))
      await say(END)
    })
    const args = ['query', '--dev', '--url', axon.url.origin, '--dialect-file', file, '--synapse', 'Events']
    const inHex = `"$NODE" -e 'process.stdin.on("data", bytes => console.log(bytes.toString("hex")))'`
    await using run = liveMiner(args, { command: `"$NODE" "$MINER" "$@" | ${inHex}` })
    await run.says('646174613a20f09f918b\n')
    rest.resolve()
    const { stdout, stderr } = await run.ended
    assert.equal(stdout, '646174613a20f09f918b\nff000a\n')
    assert.match(stderr, /^2 pieces/)
  })

  it('says so when the reply changes nothing, also where a stream was asked for', async () => {
    await using axon = await rawAxon((say, _, __, body) => say(json(200, body, SUCCESS)))
    for (const synapse of ['Haiku', 'Lines']) {
      const args = ['query', '--dev', '--url', axon.url.origin, '--dialect-file', file, '--synapse', synapse]
      const { code, stdout, stderr } = await runMiner(args)
      assert.deepEqual({ code, stdout }, { code: 0, stdout: '' })
      assert.match(stderr, /^the reply has the fields of the question, unchanged\n/)
      assert.deepEqual(JSON.parse((await runMiner([...args, '--json'])).stdout).fields, {})
    }
  })

  it('shows what an axon changed of the question itself, and integers of any size', async () => {
    const reply = '{"topic": "other", "season": null, "lines": 12345678901234567890, "haiku": "", "more": 1}'
    await using axon = await rawAxon(say => say(json(200, reply, SUCCESS)))
    const args = ['query', '--dev', '--url', axon.url.origin, '--dialect-file', file]
    assert.equal((await runMiner(args)).stdout, 'topic: "other"\nlines: 12345678901234567890\n')
    assert.deepEqual(JSON.parse((await runMiner([...args, '--json'])).stdout).fields, {
      topic: 'other',
      lines: 12345678901234567000,
    })
  })

  it('takes a TEXT where there are messages, in the form of the synapse', async () => {
    assert.equal((await ask(['--synapse', 'Chat', 'hi'])).stdout, 'reply: "hi"\n')
    const conversation = ['--roles', 'system,user', '--messages', 'Be brief.', 'hello']
    assert.equal((await ask(['--synapse', 'Chat', ...conversation])).stdout, 'reply: "hello"\n')
    assert.equal((await ask(['--synapse', 'Chat'])).stdout, 'reply: "What is TAO?"\n')
    const whole = '{"roles": ["user"], "messages": ["from a body"]}'
    const prompting = ['query', '--dev', '--body', whole]
    await using axon = await startMiner(['serve', '--dev', '--use', 'echo', '--axon-port', '0'])
    assert.equal((await runMiner([...prompting, '--url', axon.url])).stdout, 'from a body\n')
  })

  const mistakes: [string, string[], RegExp][] = [
    [
      'a synapse that is not there',
      ['--synapse', 'Haikku'],
      /^error: the dialect haiku has no synapse "Haikku"\n {2}try: --synapse Haiku; there are: Haiku, Lines/,
    ],
    [
      'a stream of one that is whole',
      ['--synapse', 'Haiku', '--stream'],
      /^error: Haiku does not stream\n {2}try: .*these stream: Lines, Events, Words\n/,
    ],
    [
      'a TEXT that has no place',
      ['hi'],
      /^error: Haiku takes no TEXT: it has no messages\n {2}try: --body '{"topic": …}'/,
    ],
    [
      'a TEXT beside a body',
      ['hi', '--body', '{}'],
      /^error: TEXT, --roles or --messages do not go together with --body\n {2}try: /,
    ],
    ['a file that is not there', ['--body', 'nothing.json'], /^error: the file of --body does not exist\n {2}try: /],
    ['what is no JSON', ['--body', '{"topic": '], /^error: --body is not JSON: the end at character 10\n {2}try: /],
    [
      'an unpaired surrogate where it is hashed',
      ['--body', '{"topic": "\\ud83d"}'],
      /^error: topic has an unpaired surrogate, which cannot be hashed\n {2}try: /,
    ],
    [
      'a dialect beside its file',
      ['--dialect', 'prompting'],
      /^error: dialectFile cannot be combined with dialect \(--dialect-file\)\n {2}try: keep only one of/,
    ],
  ]
  for (const [what, args, told] of mistakes)
    it(`refuses ${what}`, async () => {
      const { code, stdout, stderr } = await ask(args)
      assert.deepEqual({ code, stdout }, { code: 2, stdout: '' }, stderr)
      assert.match(stderr, told)
    })

  it('refuses a body that is no object', async () => {
    for (const [said, input] of [
      ['-', '5'],
      ['[{"topic": "a"}]', ''],
    ] as const) {
      const { code, stderr } = await ask(['--body', said], { input })
      assert.equal(code, 2)
      assert.match(stderr, /^error: --body must be a JSON object\n/)
    }
  })
})

describe('miner query of a built-in dialect', () => {
  /** What is asked, of an axon that says nothing to it. */
  const asked = async (...args: string[]) => {
    const seen = Promise.withResolvers<{ url: string | undefined; headers: Record<string, unknown>; body: string }>()
    await using axon = await rawAxon(async (say, _, { url, headers }, body) => {
      seen.resolve({ url, headers, body })
      await say(json(503, '{"message":"no"}'))
    })
    const { code, stderr } = await runMiner(['query', '--dev', '--url', axon.url.origin, ...args])
    assert.equal(code, 1, stderr)
    assert.doesNotMatch(stderr, /warning/)
    const { url, headers, body } = await seen.promise
    const announced = Object.entries(headers).filter(([name]) => name.startsWith('bt_header_input_obj_'))
    const required = announced.map(([name, value]) => [name.replace('bt_header_input_obj_', ''), value])
    return { url, required, hash: headers.computed_body_hash, timeout: headers.timeout, body: JSON.parse(body) }
  }

  it('signs what Gittensor hashes, and announces what its class requires', async () => {
    // The vectors of the dialect's first and second example.
    const first = await asked('--netuid', '74')
    assert.deepEqual([first.url, first.timeout], ['/InferenceSynapse', '60.0'])
    assert.deepEqual(first.required, [
      ['messages', 'W10='],
      ['model_id', 'IiI='],
    ])
    assert.equal(first.hash, '709ee5e806074fafa003e6517e906b0e2b57edfaec28262adcc6f9bee71b4baa')
    const messages = [
      { role: 'system', content: 'It\'s a "test"' },
      { role: 'user', content: 'naïve\n' },
    ]
    const second = await asked('--dialect', 'gittensor', '--body', JSON.stringify({ messages, logprobs: false }))
    assert.equal(second.hash, 'f1338144e404e91fd637cd2f785e15b851b50ff3fb228debc6a2bce8e9da4e4f')
  })

  it('asks with the examples of the others', async () => {
    const readyai = await asked('--netuid', '33')
    assert.deepEqual([readyai.url, readyai.required], ['/CgSynapse', [['cgp_input', 'W10=']]])
    const eastworld = await asked('--dialect', 'eastworld')
    assert.deepEqual([eastworld.url, eastworld.body.action_log], ['/Observation', ['You moved 5 m north.']])
    // Netuid 94 was Eastworld's, and is another subnet's now.
    assert.equal((await asked('--netuid', '94', 'hi')).url, '/Prompting')
  })
})

describe('dialectFile', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'dialect-file-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('starts where the configuration file is, and else where the command does', async () => {
    writeFileSync(join(folder, 'haiku.toml'), HAIKU)
    writeFileSync(join(folder, 'config.toml'), 'dialectFile = "haiku.toml"')
    const synapse = ['--synapse', 'Nothing']
    const asked = await runMiner(['query', '--dev', '--config', join(folder, 'config.toml'), ...synapse])
    assert.match(asked.stderr, /the dialect haiku has no synapse/)
    const env = { MINER_DIALECT_FILE: 'haiku.toml' }
    const elsewhere = await runMiner(['query', '--dev', ...synapse], { env })
    assert.equal(elsewhere.code, 2)
    assert.match(
      elsewhere.stderr,
      /^error: the dialect file does not exist \(.*haiku\.toml\)\n {2}try: give --dialect-file/,
    )
    const shown = await runMiner(['config', 'show', '--config', join(folder, 'config.toml'), '--use', 'echo'])
    assert.match(shown.stdout, /^dialectFile = "haiku.toml"$/m)
    assert.doesNotMatch(shown.stdout, /^dialect = /m)
  })

  it('is refused with all that is wrong with it, before anything is opened', async () => {
    const path = join(folder, 'bad.toml')
    writeFileSync(path, 'name = "x"\n[synapses.A]\nprompt = "{q}"\nanswer = "b"\nfields = { a = "string" }')
    const { code, stdout, stderr } = await runMiner(['serve', '--dev', '--use', 'echo', '--dialect-file', path])
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' })
    assert.equal(stderr.match(/^error: synapses\.A\.(fields\.a|prompt|answer) .*bad\.toml\)$/gm)?.length, 3, stderr)
    const { error } = JSON.parse((await runMiner(['query', '--dev', '--json', '--dialect-file', path])).stdout)
    assert.deepEqual([error.code, error.problems.length], ['CONFIG_INVALID', 3])
  })
})
