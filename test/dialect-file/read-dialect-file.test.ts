import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError } from '#dist/config/config-error.js'
import { createDendrite } from '#dist/dendrite/create-dendrite.js'
import { readDialectFile } from '#dist/dialect-file/read-dialect-file.js'
import type { Miner, Question } from '#dist/plugin/miner.js'
import { hashVersions } from '#dist/plugin/route-fields.js'
import { alice, bob, freshNonce } from '../support/signed-request.ts'
import { startAxon } from '../support/start-axon.ts'

const HAIKU = `
name = "haiku"
summary = "a haiku for a topic"
follows = "me/haiku-subnet@1a2b3c4"

[synapses.Haiku]
hashed = ["topic", "lines", "heat"]
system = "You are a poet of {season}."
prompt = "Write {lines} lines about {topic}."
answer = "haiku"
timeout = "20s"
max_body = "2MiB"

[synapses.Haiku.fields]
topic = "str"
season = "Optional[str] = None"
lines = "int = 3"
heat = "float = 1"
haiku = "str = ''"
`
const HEAD = 'name = "x"\n'

describe('readDialectFile', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'dialect-file-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const read = (toml: string) => {
    const path = join(folder, 'my.toml')
    writeFileSync(path, toml)
    return readDialectFile(path)
  }

  /** The problems of a file, each with its hint. */
  const problemsOf = async (toml: string): Promise<string[]> => {
    const error = await read(toml).then(
      () => assert.fail('it was read'),
      (error: unknown) => error,
    )
    assert.ok(error instanceof ConfigError, String(error))
    for (const { hint, path, origin } of error.problems) assert.ok(hint && path !== undefined && origin, path)
    return error.problems.map(({ message, hint }) => `${message} · ${hint}`)
  }

  /** What the miner was asked, and the fields of the reply. */
  const ask = async (toml: string, synapse: string, body: Record<string, unknown>, says = ['Old ', 'pond']) => {
    const questions: Question[] = []
    const miner: Miner = {
      capabilities: () => ({ responseFormat: true }),
      async *prompt(question) {
        questions.push(question)
        yield* says
        return { model: 'm', finishReason: 'stop' }
      },
    }
    const dialect = await read(toml)
    const route = dialect.synapses[synapse]!
    await using axon = await startAxon({ dialect, miner })
    using dendrite = createDendrite({ keypair: alice, nextNonce: freshNonce })
    const reply = await dendrite.ask({
      url: new URL(axon.url),
      receiver: bob.address,
      synapse,
      fields: { ...route.example, ...body },
      required: [],
      hashed: hashVersions(route)[0]!,
      timeoutMs: 60_000,
    })
    return { questions, reply }
  }

  it('builds a dialect that answers', async () => {
    const { questions, reply } = await ask(HAIKU, 'Haiku', { topic: 'a {pond}' })
    assert.deepEqual(questions, [
      {
        messages: [
          { role: 'system', content: 'You are a poet of .' },
          { role: 'user', content: 'Write 3 lines about a {pond}.' },
        ],
      },
    ])
    assert.deepEqual([reply.status, reply.fields.get('haiku')], [200, 'Old pond'])
  })

  it('reads the dialect’s name, summary and source, and the defaults of its synapses', async () => {
    const { synapses, ...about } = await read(HAIKU)
    assert.deepEqual(about, { name: 'haiku', summary: 'a haiku for a topic', follows: 'me/haiku-subnet@1a2b3c4' })
    const { timeout, maxBody, example } = synapses.Haiku!
    assert.deepEqual({ timeout, maxBody }, { timeout: 20_000, maxBody: 2_097_152 })
    assert.deepEqual(Object.entries(example), [
      ['topic', 'topic'],
      ['season', null],
      ['lines', 3],
      ['heat', 1],
      ['haiku', ''],
    ])
  })

  it('derives the hashing of a field from its declaration', async () => {
    assert.deepEqual((await read(HAIKU)).synapses.Haiku!.hashed, [
      { name: 'topic' },
      { name: 'lines', absent: '3' },
      { name: 'heat', as: 'float', absent: '1' },
    ])
    const several = HAIKU.replace('["topic", "lines", "heat"]', '[["topic"], ["topic", "season"]]')
    assert.deepEqual((await read(several)).synapses.Haiku!.hashed, [
      [{ name: 'topic' }],
      [{ name: 'topic' }, { name: 'season', absent: 'null' }],
    ])
  })

  it('requires the fields without a default, and accepts null where the type allows it', async () => {
    const toml = `${HEAD}[synapses.A]\nprompt = "{a}{b}"\nanswer = "c"\nfields = { a = "str", b = "str | None", c = "str = None" }`
    const { body } = (await read(toml)).synapses.A!
    assert.ok(body.safeParse({ a: 'x', b: null, more: 1 }).success)
    assert.ok(!body.safeParse({ a: 'x' }).success)
    assert.ok(!body.safeParse({ a: null, b: null }).success)
    assert.deepEqual(body.parse({ a: 'x', b: null }), { a: 'x', b: null, c: null })
  })

  for (const [what, fields, body] of [
    ['roles and messages', 'roles = "list[str]", talk = "list[str]"', { roles: ['user'], talk: ['hi'] }],
    ['objects', 'talk = "list[dict]"', { talk: [{ role: 'user', content: 'hi' }] }],
  ] as const)
    it(`accepts a conversation of ${what}`, async () => {
      const roles = 'roles' in body ? 'roles = "roles"\n' : ''
      const toml = `${HEAD}[synapses.A]\n${roles}messages = "talk"\nsystem = "Be brief."\nanswer = "a"\nfields = { ${fields}, a = "str = None" }`
      const { questions, reply } = await ask(toml, 'A', body)
      assert.equal(reply.fields.get('a'), 'Old pond')
      assert.deepEqual(questions[0]!.messages, [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'hi' },
      ])
      const bad = 'roles' in body ? { roles: ['poet'] } : { talk: [{ role: 'poet', content: 'hi' }] }
      const { reply: refused } = await ask(toml, 'A', { ...body, ...bad })
      assert.equal(refused.status, 400)
      assert.match(refused.message!, /unknown role "poet"/)
    })

  it('asks the model for JSON when several fields hold the answer', async () => {
    const toml = `${HEAD}[synapses.A]\nprompt = "{q}"\nanswers = ["title", "score"]\nfields = { q = "str", title = "str = ''", score = "float | None = None" }`
    assert.deepEqual((await read(toml)).needs, ['responseFormat'])
    const { questions, reply } = await ask(toml, 'A', {}, ['```json\n{"title": "T", ', '"score": 0.5, "more": 1}\n```'])
    assert.deepEqual(
      [reply.fields.get('title'), String((reply.fields.get('score') as { token: string }).token)],
      ['T', '0.5'],
    )
    assert.deepEqual(questions[0]!.responseFormat, {
      name: 'A',
      schema: {
        type: 'object',
        properties: { title: { type: 'string' }, score: { anyOf: [{ type: 'number' }, { type: 'null' }] } },
        required: ['title', 'score'],
        additionalProperties: false,
      },
    })
    for (const words of ['I cannot.', '{"title": "T"}', '{"title": 5, "score": 1}', '}{'])
      assert.equal((await ask(toml, 'A', {}, [words])).reply.status, 502, words)
  })

  it('reports every problem at once, with how to fix it', async () => {
    const toml = `
nam = "haiku"
follows = 5

[synapses.Haiku]
hashed = ["topc"]
system = "{"
prompt = "Write about {topik}."
answer = "tags"
timeout = "soon"
max_body = 5
wrong = 1
example = { lines = "three", more = 1 }

[synapses.Haiku.fields]
topic = "string"
lines = "int"
tags = "list[str] = x"
heat = "float = 'a'"
dendrite = "str"
"a b" = "str"
n = 5

[synapses.B]
frames = "sze"

[synapses."a b"]
fields = {}
`
    assert.deepEqual(await problemsOf(toml), [
      'nam is not a key · use name',
      'name is missing · name = "my-subnet"',
      'follows must be text, not 5 · put it in quotes',
      'synapses.Haiku.wrong is not a key · the keys are: fields, hashed, prompt, system, roles, messages, answer, answers, frames, piece, end, timeout, maxBody, example',
      'synapses.Haiku.timeout must be a duration such as 500ms, 12s, 5m or 1h, not "soon" · timeout = "12s"',
      'synapses.Haiku.max_body must be between 1KiB and 1GiB, not 5B · maxBody = "1MiB"',
      'synapses.Haiku.fields.topic has an unknown type · use one of str, int, float, bool, list[str], dict, dict[str, int], Any, str | None; a default comes after it: "int = 64"',
      'synapses.Haiku.fields.tags has an invalid default · write None, True, False, or JSON: str = "text", list[str] = []',
      'synapses.Haiku.fields.heat has a default that is not of type float · change the default or the type',
      'synapses.Haiku.fields.dendrite cannot be the name of a field · remove it: the SDK fills this field',
      'synapses.Haiku.fields["a b"] cannot be the name of a field · use the name from the class',
      'synapses.Haiku.fields.n must be text · copy type and default from the class, in quotes: "int = 64"',
      'synapses.Haiku.prompt uses {topik}, which is not a field · use {topic}',
      'synapses.Haiku.system has a brace outside of a {field} · write {{ and }} for literal braces',
      'synapses.Haiku.example.more names "more", which is not a field · the fields are: topic, lines, tags, heat, dendrite, a b, n',
      'synapses.Haiku.hashed[0] names "topc", which is not a field · use topic',
      "synapses.Haiku.example.lines is not of type int · give a value of the field's type",
      'synapses.B.fields is missing · one line per field: topic = "str", haiku = "str = None"',
      'synapses.B.frames must be one of text, sse, jsonl, json, not "sze" · use "sse"',
      'synapses["a b"] cannot be the name of a synapse · [synapses.Haiku], with the name of the Python class',
      'synapses["a b"].fields is empty · one line per field: topic = "str", haiku = "str = None"',
    ])
  })

  it('reports keys that are inconsistent', async () => {
    const fields = 'fields = { q = "str", talk = "list[int]", roles = "str", a = "list[str]" }'
    const one = async (keys: string) => await problemsOf(`${HEAD}[synapses.A]\n${fields}\n${keys}`)
    const cases: [string, ...RegExp[]][] = [
      ['', /^.*prompt is missing · set prompt = .* messages/, /^.*answer is missing · set answer = .* frames/],
      [
        'prompt = "{q}"\nmessages = "talk"\nframes = "text"',
        /prompt cannot be combined with messages/,
        /messages names a field of type list\[int\] · name a list\[dict\]/,
      ],
      ['roles = "roles"\nframes = "text"\nprompt = "x"', /roles needs messages/, /roles names a field of type str/],
      [
        'prompt = "x"\nanswer = "q"\nanswers = ["q", "b"]',
        /answer cannot be combined with answers/,
        /answers\[1\] names "b"/,
      ],
      ['prompt = "x"\nanswer = "a"', /answer names a field of type list\[str\] · .*answers = \["a"\]/],
      ['prompt = "x"\nanswer = "q"\nframes = "sse"', /answer cannot be combined with frames/],
      ['prompt = "x"\nframes = "jsonl"', /piece is missing: frames "jsonl" hold values/],
      [
        'prompt = "x"\nframes = "json"\npiece = { a = "{txt}" }',
        /piece uses {txt}.* use {text}/,
        /piece has no {text}/,
      ],
      ['prompt = "x"\nframes = "text"\npiece = "{text}"\nend = 1', /piece needs frames/, /end needs frames/],
      ['prompt = "x"\nanswer = "q"\nhashed = [["q"], "q"]', /hashed\[1\] must be a list/],
      [
        'prompt = "x"\nanswer = "q"\nmax_body = "1MiB"\nmaxBody = "1MiB"',
        /max_body is given more than once · keep one of maxBody and max_body/,
      ],
    ]
    for (const [keys, ...patterns] of cases) {
      const problems = await one(keys)
      assert.equal(problems.length, patterns.length, `${keys}: ${problems.join('\n')}`)
      for (const [at, pattern] of patterns.entries()) assert.match(problems[at]!, pattern)
    }
    assert.match((await problemsOf(`${HEAD}[synapses]`))[0]!, /^synapses is empty/)
    assert.match((await problemsOf(`${HEAD}synapses.A = 1`))[0]!, /^synapses.A must be a table · write \[synapses.A\]/)
    assert.match(
      (await problemsOf(`${HEAD}[synapses.Synapse]\nprompt="x"\nanswer="q"\n${fields}`))[0]!,
      /cannot be the name of a synapse/,
    )
  })

  it('treats names of Object.prototype as ordinary names', async () => {
    const toml = `${HEAD}[synapses.constructor]\nprompt = "{toString}"\nanswer = "constructor"\nfields = { toString = "str", constructor = "str = None" }`
    const { questions, reply } = await ask(toml, 'constructor', {})
    assert.deepEqual([questions[0]!.messages[0]!.content, reply.fields.get('constructor')], ['toString', 'Old pond'])
    assert.match((await problemsOf(`${HEAD}[synapses.A.fields]\n__proto__ = "str"`))[0]!, /__proto__/)
  })

  it('reports a missing file and invalid TOML', async () => {
    const missing = readDialectFile(join(folder, 'nothing.toml'))
    await assert.rejects(missing, { message: /^the dialect file does not exist/, hint: /--dialect-file/ })
    await assert.rejects(read('[synapses.A\n'), { message: /^the dialect file is not valid TOML: .*line 1/s })
  })
})
