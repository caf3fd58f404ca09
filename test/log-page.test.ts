import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keypairFromUri } from '#dist/keys/key-uri.js'
import { startMiner } from './support/miner-process.ts'
import { answered, startModelServer, streamed } from './support/model-server.ts'
import { charlie, send, signedRequest } from './support/signed-request.ts'

const page = readFileSync('docs/log.md', 'utf8')

/** The fields of what records spread, by how the source writes it. */
const spreads: Readonly<Record<string, readonly string[]>> = {
  'about(record)': ['id', 'hotkey', 'claimed', 'address', 'synapse', 'ms'],
  plugins: ['miner', 'dialect'],
  attempt: ['endpoint', 'model', 'ms', 'error', 'retryAfterMs', 'usage'],
  sum: ['counts', 'callers', 'unnamed'],
  'keyOf(target)': ['endpoint', 'key'],
  other: ['ip', 'port'],
  path: ['path'],
  'budgetFields(account)': ['of', 'spentUsd', 'limitUsd'],
  refusal: ['code', 'message', 'hint', 'problems', 'error'],
}

describe('docs/log.md', () => {
  it('lists every event and field that the source logs, and no other', () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \| (\w+(?:, \w+)*) \| (.*?) \|/gm)]
    const listed = rows.map(([, event = '', , fields = '']) => [event, sorted(fields.matchAll(/`(\w+)`/g))])
    assert.deepEqual(Object.fromEntries(listed), Object.fromEntries(loggedEvents()))
    assert.equal(new Set(rows.map(([, event]) => event)).size, rows.length, 'an event is listed twice')
  })

  it('has jq lines that find in a real log what they are for', async function () {
    if (spawnSync('jq', ['--version']).status !== 0) this.skip()
    const folder = mkdtempSync(join(tmpdir(), 'miner-jq-'))
    after(() => rmSync(folder, { recursive: true, force: true }))
    await using model = await startModelServer(streamed(['hi']))
    const args = ['serve', '--dev', '--axon-port', '0', '--log-level', 'debug', '--base-url', model.url]
    await using miner = await startMiner(args)
    await send(miner.url, signedRequest())
    model.behaviour = answered(500, { error: { message: 'out of memory' } })
    await send(miner.url, signedRequest({ by: charlie }))
    await send(miner.url, signedRequest({ by: await keypairFromUri('//Nobody') }))
    const { stderr } = await miner.stop()
    // The program may write a line that is not a record, and so does Node.
    writeFileSync(join(folder, 'miner.log'), `${stderr}(node:1) Warning: not JSON\n`)
    const lines = [...page.matchAll(/^ {4}(jq .*)$/gm)].map(([, line = '']) => line)
    assert.ok(lines.length > 5)
    for (const line of lines) {
      const { status, stdout, stderr: problem } = spawnSync('bash', ['-c', line], { cwd: folder, encoding: 'utf8' })
      assert.equal(status, 0, `${line}\n${problem}`)
      assert.notEqual(stdout.trim(), '', `${line}\nfinds nothing in\n${stderr}`)
    }
  })
})

/** The events that the source logs, each with its fields besides level and time. */
function loggedEvents(): ReadonlyMap<string, readonly string[]> {
  const events = new Map<string, Set<string>>()
  for (const file of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue
    const code = readFileSync(join('src', file), 'utf8')
      .replaceAll(/^\s*\/\/.*$/gm, '')
      .replaceAll(/\/\*\*.*?\*\//gs, '')
      .replaceAll(/\n\s*(?=readonly \w+\??:)/g, ';') // the members of a type
    for (const { index, 1: event = '' } of code.matchAll(/\bevent: '(\w+)'/g)) {
      const fields = events.get(event) ?? new Set()
      events.set(event, fields)
      const { literal, next } = objectAround(code, index)
      for (const field of fieldsOf(literal)) if (!unlisted.has(field)) fields.add(field)
      if (/^\s*,\s*[`'\w]/.test(next)) fields.add('message') // `log.warn(fields, message)`
    }
  }
  return new Map([...events].map(([event, fields]) => [event, [...fields].sort()]))
}

const unlisted = new Set(['event', 'level', 'time'])

/** The text between the braces of the object literal that this place is in, and what follows it. */
function objectAround(code: string, at: number): { readonly literal: string; readonly next: string } {
  let start = at
  for (let depth = 0; depth >= 0; ) {
    start--
    if ('}])'.includes(code[start]!)) depth++
    if ('{[('.includes(code[start]!)) depth--
  }
  const literal = inner(code.slice(start))
  return { literal, next: code.slice(start + literal.length + 2) }
}

/** The text inside the bracket that a text begins with. */
function inner(text: string): string {
  let end = 0
  for (let depth = 0; ; end++) {
    if ('{[('.includes(text[end]!)) depth++
    if ('}])'.includes(text[end]!)) depth--
    if (depth === 0) return text.slice(1, end)
  }
}

function fieldsOf(literal: string): string[] {
  return entriesOf(literal).flatMap(entry => {
    // A type that lists the events of a library has `readonly name?: string` in place of `name`.
    const [, name] = /^(?:readonly )?(\w+)\s*(?:\??:|$)/.exec(entry) ?? []
    if (name) return [name]
    const [, spread = entry] = /^\.\.\.(.*)$/s.exec(entry) ?? []
    if (spreads[spread]) return spreads[spread]
    const objects = [...spread.matchAll(/[&?:] (\{)/g)]
    assert.ok(objects.length > 0, `no list of the fields of ...${spread}`)
    return objects.flatMap(({ index }) => fieldsOf(inner(spread.slice(index + 2))))
  })
}

/** The entries of an object literal, or the members of a type of that form. */
function entriesOf(literal: string): string[] {
  const entries = ['']
  let depth = 0
  // A text may have commas and brackets.
  for (const character of literal.replaceAll(/'[^'\n]*'|"[^"\n]*"|`[^`]*`/g, "''")) {
    if ('{[('.includes(character)) depth++
    if ('}])'.includes(character)) depth--
    if (',;'.includes(character) && depth === 0) entries.push('')
    else entries.push(entries.pop() + character)
  }
  return entries.map(entry => entry.trim()).filter(entry => entry !== '')
}

function sorted(matches: Iterable<RegExpExecArray>): string[] {
  return [...matches].map(([, name = '']) => name).sort()
}
