import assert from 'node:assert/strict'
import { editYaml } from '#dist/config/edit/edit-yaml.js'

const flat = `# who answers
use: openai   # the miner

# the port
axon.port: 9000 # behind the router
axon.host: "::"
policy.allow:
  - 5F # alice
  - 5G
`
const nested = `axon:
  # the port
  port: 9000 # behind the router
  max_body: 1MiB
log: {level: info}
`

async function changed(text: string, path: string, value?: unknown): Promise<string> {
  const [first = '', key] = path.split('.')
  const snake = (key ?? first).replace(/[A-Z]/g, capital => `_${capital.toLowerCase()}`)
  const after = await editYaml(text, { section: key ? first : '', keys: [key ?? first, snake], value })
  assert.ok(after !== undefined, 'it gives up')
  return after
}

describe('editYaml', () => {
  it('changes a value, and keeps the comments', async () => {
    assert.equal(await changed(flat, 'axon.port', 9001), flat.replace('9000', '9001').replace('openai   #', 'openai #'))
    assert.equal(
      await changed(nested, 'axon.port', 9001),
      nested.replace('9000', '9001').replace('{level: info}', '{ level: info }'),
    )
    assert.match(await changed(nested, 'axon.maxBody', '2MiB'), /^ {2}max_body: 2MiB$/m)
    assert.match(await changed(nested, 'log.level', 'debug'), /^log: \{ level: debug \}$/m)
  })

  it('writes a new key as the file has its others', async () => {
    assert.match(await changed(flat, 'axon.queue', 5), /\naxon.queue: 5\n$/)
    assert.match(await changed(nested, 'axon.queue', 5), /\n {2}queue: 5\nlog:/)
    assert.match(await changed(nested, 'openai.model', 'o1'), /\nopenai:\n {2}model: o1\n$/)
    assert.match(await changed(nested, 'netuid', 2), /\nnetuid: 2\n$/)
    assert.equal(await changed('', 'openai.model', 'o1'), 'openai:\n  model: o1\n')
    assert.equal(await changed('# empty\n', 'use', 'echo'), '# empty\n\nuse: echo\n')
  })

  it('quotes text that would read as something else', async () => {
    for (const text of ['yes', 'no', '1', '1e3', 'null', '0x1', '2024-01-01', 'a: b', '# x', '*x', '1:30'])
      assert.match(await changed(nested, 'openai.model', text), /model: ["'].*["']\n$/)
  })

  it('keeps the comments of what it removes', async () => {
    const without = await changed(flat, 'axon.port')
    assert.match(without, /# the port\n# behind the router\naxon.host/)
    assert.doesNotMatch(without, /9000/)
    assert.match(
      await changed(nested, 'axon.port'),
      /^axon:\n {2}# the port\n {2}# behind the router\n {2}max_body: 1MiB\n/,
    )
    assert.equal(await changed('axon:\n  port: 1 # x\nuse: a\n', 'axon.port'), 'axon:\n  {}\n  # x\nuse: a\n')
    assert.equal(await changed(flat, 'openai.model'), flat)
  })

  it('keeps the line ends of Windows, and adds no lines', async () => {
    const text = 'axon.port: 1 # why\r\n# c\r\n\r\nuse: a\r\n'
    assert.equal(await changed(text, 'axon.port', 2), text.replace('1', '2'))
    assert.equal(await changed(text, 'netuid', 3), `${text}netuid: 3\r\n`)
    assert.equal(await changed(text, 'openai.model'), text)
  })

  it('changes a part of a value, and keeps the comments of the others', async () => {
    const text = 'prices:\n  # one\n  a:\n    input: 1 # dear\n    output: 2\n  b: 3 # b\n'
    const edit = { section: '', keys: ['prices'], within: ['a'] }
    assert.equal(editYaml(text, { ...edit, value: { input: 1, output: 9 } }), text.replace('output: 2', 'output: 9'))
    assert.equal(editYaml(text, { ...edit, value: { output: 2 } }), text.replace('    input: 1 # dear', '    # dear'))
    assert.equal(editYaml(text, { ...edit, value: undefined }), 'prices:\n  # one\n  # dear\n  b: 3 # b\n')
  })

  it('gives up rather than losing a comment of an item', async () => {
    const edit = { section: 'policy', keys: ['allow'], value: ['5G'] }
    assert.equal(await editYaml(flat, edit), undefined)
  })
})
