// Holds our text and hash of a body against those of the Python that is installed here: one process for all samples.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readJson } from '#dist/wires/json/read.js'
import { isArray, isObject, JsonNumber, type JsonObject, type JsonTree } from '#dist/wires/json/tree.js'
import { writePythonJson } from '#dist/wires/json/write.js'
import { bodyHash } from '#dist/wires/synapse/body-hash.js'
import { isPrintable, type Profile, profiles } from '#dist/wires/synapse/printable.js'
import { pythonText } from '#dist/wires/synapse/python-text.js'
import { seeded } from '../wires/fixture.ts'

const SAMPLES = 4000
const PROGRAM = `
import hashlib, json, sys, unicodedata
sha3 = lambda text: hashlib.sha3_256(text.encode()).hexdigest()
print(unicodedata.unidata_version)
print(json.dumps([code for code in range(0x110000) if chr(code).isprintable()]))
for line in sys.stdin:
    value = json.loads(line)["v"]
    print(json.dumps([str(value), sha3(sha3(str(value))), json.dumps({"v": value})]))
`

describe('Python that is installed here', function () {
  this.timeout(60_000)
  const random = seeded(20_261_122)
  const samples = Array.from({ length: SAMPLES }, () => `{"v":${json(random, 0)}}`)
  let profile: Profile
  let printable: Set<number>
  let answers: readonly string[]

  before(() => {
    const { status, stdout, stderr } = spawnSync('python3', ['-c', PROGRAM], {
      input: samples.join('\n'),
      env: { ...process.env, PYTHONUTF8: '1' },
      encoding: 'utf8',
      maxBuffer: 1024 ** 3,
    })
    assert.equal(status, 0, stderr)
    const [version = '', codes = '', ...lines] = stdout.split('\n')
    profile = version.replace(/\.0$/, '') as Profile
    assert.ok(profiles.includes(profile), `Unicode ${version} is not known here`)
    printable = new Set(JSON.parse(codes) as number[])
    answers = lines
  })

  it('prints the same code points', () => {
    for (let code = 0; code < 0x110000; code++) {
      if (isPrintable(code, profile) !== printable.has(code)) assert.fail(`U+${code.toString(16)}`)
    }
  })

  it(`makes the same text, hash and JSON of ${SAMPLES} random values`, () => {
    for (const [index, sample] of samples.entries()) {
      const tree = readJson(Buffer.from(sample)) as JsonObject
      const [text, hash, written] = JSON.parse(answers[index]!) as [string, string, string]
      assert.equal(pythonText(tree.get('v')!, profile), text, sample)
      assert.equal(bodyHash(tree, ['v'], profile), hash, sample)
      if (isExact(tree)) assert.equal(writePythonJson(tree), written, sample)
    }
  })
})

/** Tokens that Python writes as it read them: it prints other floats in its own way. */
function isExact(tree: JsonTree): boolean {
  if (tree instanceof JsonNumber) return tree.isInteger && tree.token !== '-0'
  if (isArray(tree)) return tree.every(isExact)
  return !isObject(tree) || [...tree.values()].every(isExact)
}

/** Random JSON text with what is hard: quotes, escapes, unprintable and young characters, long numbers, odd keys. */
function json(random: () => number, depth: number): string {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!
  const many = (make: () => string) => Array.from({ length: Math.floor(random() * 5) }, make).join(pick([',', ' , ']))
  const digits = () => String(random()).slice(2)
  const character = () => {
    const code = pick([
      () => random() * 0x80,
      () => random() * 0x3000,
      () => 0x1f000 + random() * 0x1000,
      () => random() * 0x110000,
    ])()
    const unit = Math.floor(code)
    return unit >= 0xd800 && unit < 0xe000 ? pick(['\u200d', '\u{1FADC}']) : String.fromCodePoint(unit)
  }
  const string = (inContainer: boolean) => {
    const parts = Array.from({ length: Math.floor(random() * 8) }, () =>
      pick([character, () => pick(["'", '"', '\\', '\n', ' ', 'a'])])(),
    )
    const text = JSON.stringify(parts.join('') + (inContainer && random() < 0.05 ? '\ud83d' : ''))
    return random() < 0.5
      ? text
      : text.replace(/[^ -~]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  }
  const number = () =>
    pick([
      () =>
        pick(['0', '-0', '-0.0', '0.0', 'NaN', 'Infinity', '-Infinity', '1e400', '1e16', '1E-5', '9007199254740993']),
      () => `${pick(['', '-'])}1${digits()}${digits()}`,
      () => `${pick(['', '-'])}${Math.floor(random() * 1000)}.${digits()}`,
      () => `${Math.floor(random() * 10)}.${digits()}e${Math.floor(random() * 640 - 330)}`,
      () => `${Math.floor(random() * 1e6)}e${Math.floor(random() * 24 - 12)}`,
    ])()
  const leaf = () => pick([() => string(depth > 0), number, () => pick(['true', 'false', 'null'])])()
  if (depth > 3 || random() < 0.3) return leaf()
  const inner = () => json(random, depth + 1)
  return pick([
    () => `[${many(inner)}]`,
    () => `{${many(() => `${pick([() => string(true), () => `"${digits()[0]}"`])()}:${inner()}`)}}`,
  ])()
}
