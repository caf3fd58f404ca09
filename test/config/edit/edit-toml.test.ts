import assert from 'node:assert/strict'
import type { Edit } from '#dist/config/edit/edit.js'
import { editToml } from '#dist/config/edit/edit-toml.js'

const file = `# who answers, and how
#:schema ./config.schema.json
use = "openai"   # the miner

# the model
[openai]
# which one
model = "gpt-4o" # cheap
max_tokens = 100
# temperature = 0.4
# topP = 1

[axon]
port = 9000 # behind the router

[[openai.endpoints]]
url = "http://a.test/v1" # first

[policy]
allow = [
  "5F", # alice
  "5G", # bob
]
`

type Case = { readonly text?: string; readonly path: string; readonly value?: unknown }

/** The text after the change; keys of a path follow its first dot. */
async function changed({ text = file, path, value }: Case): Promise<string> {
  const [first = '', key] = path.split('.')
  const snake = (key ?? first).replace(/[A-Z]/g, capital => `_${capital.toLowerCase()}`)
  const edit: Edit = { section: key ? first : '', keys: [key ?? first, snake], value }
  const after = await editToml(text, edit)
  assert.ok(after !== undefined, 'it gives up')
  return after
}

/** The lines that differ: `-` those that are gone, `+` the new ones. */
async function difference(given: Case): Promise<readonly string[]> {
  const [before, after] = [(given.text ?? file).split('\n'), (await changed(given)).split('\n')]
  const gone = before.filter(line => !after.includes(line)).map(line => `-${line}`)
  return [...gone, ...after.filter(line => !before.includes(line)).map(line => `+${line}`)]
}

/** The line above the new one. */
async function above(given: Case): Promise<string | undefined> {
  const before = (given.text ?? file).split('\n')
  const lines = (await changed(given)).split('\n')
  return lines[lines.findIndex((line, at) => line !== before[at]) - 1]
}

describe('editToml', () => {
  it('changes a value, and nothing else', async () => {
    assert.deepEqual(await difference({ path: 'openai.model', value: 'o1' }), [
      '-model = "gpt-4o" # cheap',
      '+model = "o1" # cheap',
    ])
    assert.deepEqual(await difference({ path: 'use', value: 'echo' }), [
      '-use = "openai"   # the miner',
      '+use = "echo"   # the miner',
    ])
  })

  it('changes the key in the spelling that the file has', async () => {
    assert.deepEqual(await difference({ path: 'openai.maxTokens', value: 5 }), ['-max_tokens = 100', '+max_tokens = 5'])
  })

  it('writes a new key below the comment that shows it, else behind the last key', async () => {
    assert.equal(await above({ path: 'openai.topP', value: 0.5 }), '# topP = 1')
    assert.equal(await above({ path: 'openai.n', value: 2 }), 'max_tokens = 100')
    assert.equal(await above({ path: 'netuid', value: 3 }), 'use = "openai"   # the miner')
  })

  it('keeps a comment with its table when the first key at the top is written', async () => {
    const text = '# this file\n\n# the port\n[axon]\nport = 1\n'
    assert.equal(
      await changed({ text, path: 'use', value: 'echo' }),
      `# this file\n\nuse = "echo"\n\n${text.slice(13)}`,
    )
    assert.equal(
      await changed({ text: text.slice(13), path: 'use', value: 'echo' }),
      `use = "echo"\n\n${text.slice(13)}`,
    )
  })

  it('adds a table at the end', async () => {
    assert.equal(await changed({ path: 'log.level', value: 'debug' }), `${file}\n[log]\nlevel = "debug"\n`)
    assert.equal(await changed({ text: '', path: 'log.level', value: 'debug' }), '[log]\nlevel = "debug"\n')
    assert.equal(
      await changed({ text: 'a = 1', path: 'log.level', value: 'debug' }),
      'a = 1\n\n[log]\nlevel = "debug"\n',
    )
  })

  it('keeps the comments of what it removes or replaces', async () => {
    assert.deepEqual(await difference({ path: 'axon.port' }), [
      '-port = 9000 # behind the router',
      '+# behind the router',
    ])
    assert.deepEqual(await difference({ path: 'openai.model' }), ['-model = "gpt-4o" # cheap', '+# cheap'])
    const after = await changed({ path: 'policy.allow', value: ['5H'] })
    assert.match(after, /# alice/)
    assert.match(after, /# bob/)
    assert.match(after, /"5H"/)
    assert.doesNotMatch(after, /"5F"/)
    assert.match(await changed({ path: 'policy.allow' }), /\[policy\]\n# alice\n# bob\n$/)
  })

  it('changes what is written in dots, in braces, and as a list of tables', async () => {
    const dotted = 'axon.port = 1 # x\naxon.host = "::"\n'
    assert.equal(await changed({ text: dotted, path: 'axon.port', value: 2 }), dotted.replace('1', '2'))
    assert.equal(await changed({ text: dotted, path: 'axon.queue', value: 2 }), `${dotted}axon.queue = 2\n`)
    assert.match(
      await changed({ text: dotted, path: 'axon.port' }),
      /^# x\naxon.host = "::"\n$|^axon.host = "::"\n# x\n$/,
    )
    const inline = 'axon = { port = 1, host = "::" } # x\n'
    assert.equal(await changed({ text: inline, path: 'axon.port', value: 2 }), inline.replace('1', '2'))
    assert.equal(await changed({ text: inline, path: 'axon.port' }), 'axon = { host = "::" } # x\n')
    const endpoints = [{ url: 'http://b.test/v1', weight: 2 }]
    assert.match(
      await changed({ path: 'openai.endpoints', value: endpoints }),
      /url = "http:\/\/b.test\/v1" # first\nweight = 2/,
    )
  })

  it('changes a part of a value, and keeps the other lines', async () => {
    const prices = { section: '', keys: ['prices'] }
    const rows = '[prices]\n# small = 1\nbig = 2 # dear\n\n[log]\nlevel = "info"\n'
    assert.equal(
      await editToml(rows, { ...prices, within: ['small'], value: 5 }),
      rows.replace('# small = 1\n', '# small = 1\nsmall = 5\n'),
    )
    assert.equal(
      await editToml(rows, { ...prices, within: ['m (x) at "y"'], value: 5 }),
      rows.replace('# dear\n', '# dear\n"m (x) at \\"y\\"" = 5\n'),
    )
    assert.equal(await editToml(rows, { ...prices, within: ['big'], value: undefined }), rows.replace('big = 2 ', ''))
    const tables = '[prices.a] # one\ninput = 1\n'
    assert.equal(
      await editToml(tables, { ...prices, within: ['b'], value: { input: 2 } }),
      `${tables}\n[prices]\nb = { input = 2 }\n`,
    )
  })

  it('keeps line ends, and texts that need escapes', async () => {
    const after = await changed({ text: '[axon]\r\nport = 1 # x\r\n', path: 'axon.host', value: 'a"\\\u0000\u{1f600}' })
    assert.equal(after, '[axon]\r\nport = 1 # x\r\nhost = "a\\"\\\\\\u0000\u{1f600}"\r\n')
  })

  it('does what it should with random files, or gives up', async () => {
    // editToml reads back what it wrote; here each comment and each other line is looked for.
    for (let seed = 1; seed <= 60; seed++) {
      const lines = randomFile(seed)
      const text = `${lines.join('\n')}\n`
      const edit = {
        section: ['', 'a', 'b'][seed % 3]!,
        keys: [`k${seed % 4}`],
        value: seed % 5 === 0 ? undefined : seed,
      }
      const after = await editToml(text, edit)
      assert.ok(after !== undefined, text)
      const isOfKey = (line: string) => line.startsWith(`${edit.keys[0]} =`)
      for (const line of lines.filter(line => !isOfKey(line)))
        assert.ok(after.split('\n').includes(line), `${line} in ${text}`)
      for (const [comment] of text.matchAll(/# .*/g)) assert.ok(after.includes(comment), `${comment} in ${text}`)
    }
  })
})

/** Comments, keys k0 to k3, blank lines, and the tables a and b. */
function randomFile(seed: number): readonly string[] {
  let state = seed
  const pick = (count: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * count)
  }
  const rows = (name: string) =>
    [0, 1, 2, 3].flatMap(key => {
      const comment = `# of ${name} ${key}`
      const row = `k${key} = ${['1', '"x"', '[1, 2]', '"""y"""'][pick(4)]}`
      return [[], [row], [`${row} ${comment}`], [comment, row], [comment], ['', row]][pick(6)]!
    })
  return [...rows('top'), ...(pick(2) ? ['', '# table', '[a] # head', ...rows('a')] : []), '[b]', ...rows('b')]
}
