import assert from 'node:assert/strict'
import { readJson } from '#dist/wires/json/read.js'
import { JsonNumber, type JsonObject } from '#dist/wires/json/tree.js'
import { bodyHash, bodyHashes } from '#dist/wires/synapse/body-hash.js'
import { type Profile, profiles } from '#dist/wires/synapse/printable.js'
import { pythonText } from '#dist/wires/synapse/python-text.js'
import type { HashField } from '#dist/wires/wire.js'
import { tree, vector } from '../fixture.ts'

const hashOf = (json: string, hashed: readonly HashField[] = ['messages'], profile: Profile = '15.0') =>
  bodyHash(tree(json), hashed, profile)

describe('pythonText and bodyHash', () => {
  const vectors = readJson(vector('body-hash.json')) as readonly JsonObject[]
  for (const one of vectors) {
    const label = one.get('label') as string
    it(`agrees with the SDK: ${label}`, () => {
      const fields = one.get('fields') as JsonObject
      const names = [...fields.keys()]
      const texts = names.map(name => pythonText(fields.get(name)!, '15.1'))
      assert.deepEqual(texts, one.get('str'))
      assert.equal(bodyHash(fields, names, '15.1'), one.get('body_hash'))
    })
  }

  it('agrees with the official vector of the SDK', () => {
    const json = '{"a":1,"b":2,"d":["foobar"]}'
    const expected = 'ae06397d08f30f75c91395c59f05c62ac3b62b88250eb78b109213258e6ced0c'
    assert.equal(hashOf(json, ['a', 'b', 'd']), expected)
  })

  it('12.1-33: hashes an integer of a float field as a float, and keeps the order of keys', () => {
    const float: HashField = { name: 'f', as: 'float' }
    assert.equal(hashOf('{"f":1}', [float]), hashOf('{"f":1.0}', ['f']))
    assert.equal(hashOf('{"f":-0}', [float]), hashOf('{"f":0.0}', ['f']))
    assert.equal(hashOf('{"f":null}', [float]), hashOf('{"f":null}', ['f']))
    assert.notEqual(hashOf('{"f":1}', ['f']), hashOf('{"f":1.0}', ['f']))
    assert.equal(pythonText(tree('{"2":1,"1":2}'), '15.0'), "{'2': 1, '1': 2}")
  })

  it('hashes the default of an absent field', () => {
    assert.equal(hashOf('{}', [{ name: 'limit', absent: '64' }]), hashOf('{"limit":64}', ['limit']))
    assert.equal(hashOf('{"limit":5}', [{ name: 'limit', absent: '64' }]), hashOf('{"limit":5}', ['limit']))
  })

  it('hashes nested models in declaration order, without undeclared fields', () => {
    const keys = ['role', 'content']
    const mixed = '{"m":[{"content":"hi","x":1,"role":"user"}]}'
    assert.equal(hashOf(mixed, [{ name: 'm', keys }]), hashOf('{"m":[{"role":"user","content":"hi"}]}', ['m']))
    assert.equal(
      hashOf('{"m":{"content":"hi","role":"u"}}', [{ name: 'm', keys }]),
      hashOf('{"m":{"role":"u","content":"hi"}}', ['m']),
    )
  })

  describe('of an Enum', () => {
    // Printed by Python 3.11.7 with pydantic 2.13.4: str(model.model_dump()[field]).
    const Role = { name: 'Role', members: { SYSTEM: 'system', USER: "us'er" } }
    const texts: readonly (readonly [string, HashField, string])[] = [
      ['{"r":"us\'er"}', { name: 'r', enum: Role }, 'Role.USER'],
      ['{"r":["system","us\'er"]}', { name: 'r', enum: Role }, `[<Role.SYSTEM: 'system'>, <Role.USER: "us'er">]`],
      [
        '{"r":[{"content":"system","role":"system"}]}',
        { name: 'r', keys: ['role', 'content'], enums: { role: Role } },
        "[{'role': <Role.SYSTEM: 'system'>, 'content': 'system'}]",
      ],
      ['{"r":null}', { name: 'r', enum: Role }, 'None'],
      ['{"r":1}', { name: 'r', enum: { name: 'Level', members: { LOW: 1 }, str: 'value' } }, '1'],
      ['{"r":1}', { name: 'r', enum: { name: 'Level', members: { LOW: 1 } } }, 'Level.LOW'], // an IntEnum of 3.10
      ['{"r":[1]}', { name: 'r', enum: { name: 'Level', members: { LOW: 1 }, str: 'value' } }, '[<Level.LOW: 1>]'],
      ['{"r":"x"}', { name: 'r', enum: { name: 'S', members: { X: 'x' }, str: 'value' } }, 'x'],
      ['{"r":["x"]}', { name: 'r', enum: { name: 'S', members: { X: 'x' }, str: 'value' } }, "[<S.X: 'x'>]"],
      ['{}', { name: 'r', absent: '"system"', enum: Role }, 'Role.SYSTEM'],
      ['{"r":"root"}', { name: 'r', enum: Role }, 'root'], // no member: pydantic refuses it
    ]
    for (const [json, field, text] of texts)
      it(`is that of its member’s name: ${text}`, () => {
        assert.equal(hashOf(json, [field]), hashOf(JSON.stringify({ t: text }), ['t']))
        assert.deepEqual([...bodyHashes(tree(json), [field])], [hashOf(json, [field])])
      })
  })

  it('refuses a hashed field that is missing or has no UTF-8 form', () => {
    assert.throws(() => hashOf('{}'), { code: 'MALFORMED', message: 'The body has no messages' })
    assert.throws(() => hashOf('{"messages":"\\ud83d"}'), { code: 'MALFORMED' })
    assert.equal(pythonText(['\ud83d'], '15.0'), "['\\ud83d']")
  })

  it('12.1-31: yields each hash that some Python version computes, and only those', () => {
    const young = '{"messages":["\u{1FADC}"]}' // Unicode 16.0
    const hashes = [...bodyHashes(tree(young), ['messages'])]
    assert.deepEqual(new Set(hashes), new Set(profiles.map(profile => hashOf(young, ['messages'], profile))))
    assert.equal(hashes.length, 2)
    assert.equal(pythonText(['\u{1FADC}'], '15.1'), "['\\U0001fadc']")
    assert.equal(pythonText(['\u{1FADC}'], '16.0'), "['\u{1FADC}']")
    assert.equal([...bodyHashes(tree('{"messages":["日本語 😀 é"]}'), ['messages'])].length, 1)
  })

  it('formats a body once, however many Python versions print it differently', () => {
    let made = 0
    class Counted extends Map<string, string> {
      override [Symbol.iterator]() {
        made++
        return super[Symbol.iterator]()
      }
    }
    const hashesOf = { plain: 1, '\u0378': 1, '日本語 😀': 1, '\u061d': 2, '\u{1FADF}\u061d\u{1FAE8}\u{1FAD0}': 5 }
    for (const [text, hashes] of Object.entries(hashesOf)) {
      made = 0
      const messages = new Counted([['content', text]])
      assert.equal([...bodyHashes(new Map([['messages', messages]]), ['messages'])].length, hashes, text)
      assert.equal(made, 1, text)
    }
  })

  it('hashes a string as it is, whatever its characters', () => {
    const young = '{"m":"\u{1FADC}","n":["\u{1FADC}"]}'
    assert.equal([...bodyHashes(tree(young), ['m'])].length, 1)
    const both = [...bodyHashes(tree(young), ['m', 'n'])]
    assert.deepEqual(new Set(both), new Set(profiles.map(profile => hashOf(young, ['m', 'n'], profile))))
  })

  it('yields what each Python version computes for any mix of characters', () => {
    const mixed = JSON.stringify({ m: [{ '\u{1FADC}': `it's "\u061d" \u{1FAE8}\\\u{1FAD0}\u0378é日` }] })
    const all = new Set(profiles.map(profile => hashOf(mixed, ['m'], profile)))
    assert.deepEqual(new Set(bodyHashes(tree(mixed), ['m'])), all)
  })

  it('finds a character that only some Python versions print in a key, too', () => {
    assert.equal([...bodyHashes(tree('{"m":[{"\u{1FADC}":1}]}'), ['m'])].length, 2)
    assert.equal([...bodyHashes(tree('{"m":[["\u061d"]]}'), ['m'])].length, 2)
  })

  it('tries the combinations of characters from different Unicode versions', () => {
    const json = '{"messages":["\u{1FAE8}\u{1FADC}\u{1FAD0}"]}' // Unicode 15.0, 16.0, 13.0
    assert.equal(new Set(bodyHashes(tree(json), ['messages'])).size, 4)
  })

  it('prints integers of any size', () => {
    assert.equal(pythonText(new JsonNumber('9'.repeat(4300)), '15.0'), '9'.repeat(4300))
  })
})
