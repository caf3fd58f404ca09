import assert from 'node:assert/strict'
import { readJson } from '#dist/wires/json/read.js'
import { isArray, isObject, JsonNumber } from '#dist/wires/json/tree.js'
import { writeJson, writePythonJson } from '#dist/wires/json/write.js'
import { Refusal } from '#dist/wires/refusal.js'

const read = (text: string) => readJson(Buffer.from(text))
const echo = (text: string) => writeJson(read(text))
const malformed = (error: unknown) => error instanceof Refusal && error.code === 'MALFORMED'

describe('readJson', () => {
  it('keeps numbers as their tokens', () => {
    const tokens = [
      '0',
      '-0',
      '64',
      '64.0',
      '-1.5e+10',
      '1E400',
      '18446744073709551616',
      'NaN',
      'Infinity',
      '-Infinity',
    ]
    assert.equal(echo(`[${tokens}]`), `[${tokens}]`)
  })

  it('distinguishes an int from a float as Python does', () => {
    const integers = ['0', '-0', '64', '1'.repeat(30)]
    for (const token of integers) assert.equal(new JsonNumber(token).isInteger, true, token)
    for (const token of ['64.0', '1e3', 'NaN', '-Infinity']) assert.equal(new JsonNumber(token).isInteger, false, token)
  })

  it('keeps the order of keys, including integer-like ones', () => {
    assert.equal(echo('{"b":1,"2":"x","1":"y"}'), '{"b":1,"2":"x","1":"y"}')
  })

  it('keeps a repeated key at its first position with its last value', () => {
    assert.equal(echo('{"a":1,"b":2,"a":3}'), '{"a":3,"b":2}')
  })

  it('treats __proto__ as an ordinary key', () => {
    const tree = read('{"__proto__":{"polluted":true},"constructor":1}')
    assert.ok(isObject(tree))
    assert.deepEqual([...tree.keys()], ['__proto__', 'constructor'])
    assert.equal('polluted' in {}, false)
  })

  it('reads white space, escapes and a byte order mark', () => {
    assert.equal(echo('\ufeff \t\r\n{ "a" : [ 1 , "\\u0041\\/\\n\\"\\\\" ] } '), '{"a":[1,"A/\\n\\"\\\\"]}')
  })

  it('reads quotes behind any number of backslashes', () => {
    for (const inner of ['\\\\', '\\"', '\\\\\\"', '\\\\\\\\', 'a\\\\\\"b']) {
      assert.equal(read(`"${inner}"`), JSON.parse(`"${inner}"`), inner)
    }
  })

  it('keeps an escaped lone surrogate, and writes it escaped', () => {
    assert.equal(read('"\\ud800"'), '\ud800')
    assert.equal(echo('"\\ud83d\\ude00 \\ud800"'), '"😀 \\ud800"')
  })

  it('refuses bytes that are not UTF-8', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0x22, 0xc3],
    ]) {
      assert.throws(() => readJson(Buffer.from(bytes)), malformed)
    }
  })

  it('refuses what Python refuses', () => {
    const bad = [
      '',
      ' ',
      '{',
      '[',
      '[1',
      '[1,]',
      '[,1]',
      '{"a"}',
      '{"a":}',
      '{"a":1,}',
      '{a:1}',
      "{'a':1}",
      '"',
      '"\\"',
      '"\\x"',
    ]
    const numbers = ['01', '1.', '.5', '+1', '-', '1e', '0x1', '1_0', 'nan', '-NaN', 'Infinit']
    for (const text of [...bad, ...numbers, '"\n"', '"\\u12"', '[1 2]', '1 2', 'nul', 'truefalse', '[]]', '\u00a01']) {
      assert.throws(() => read(text), malformed, JSON.stringify(text))
    }
  })

  it('refuses deep nesting cheaply', () => {
    assert.throws(() => read('['.repeat(100_000)), /nests deeper than 200/)
    assert.throws(() => read('{"a":'.repeat(100_000)), /nests deeper than 200/)
    assert.ok(isArray(read('['.repeat(200) + ']'.repeat(200))))
  })

  it('refuses more than 100,000 values of any type cheaply', () => {
    for (const one of ['{}', '[]', '0', '""', '{"a":0}']) {
      assert.throws(() => read(`[${`${one},`.repeat(100_000)}0]`), /more than 100000 values/, one)
    }
    assert.throws(() => read(`{${'"a":0,'.repeat(100_000)}"b":0}`), malformed)
    assert.ok(isArray(read(`[${'0,'.repeat(99_998)}0]`)))
  })

  it('refuses an integer of more than 4300 digits, as Python does, but not a float', () => {
    assert.throws(() => read('1'.repeat(4301)), /more than 4300 digits/)
    assert.throws(() => read(`-${'1'.repeat(1_000_000)}`), malformed)
    assert.equal(echo(`-${'1'.repeat(4300)}`), `-${'1'.repeat(4300)}`)
    assert.ok(read(`0.${'1'.repeat(1_000_000)}`) instanceof JsonNumber)
  })

  it('agrees with JSON.parse on every text that both accept', () => {
    const texts = [
      '{"a":[1,2.5,{"b":null}],"c":"é\\u00e9\\ud83d\\ude00"}',
      '[true,false,null,"",[],{}]',
      '"\\b\\f\\n\\r\\t\\u0000"',
    ]
    for (const text of texts) assert.equal(echo(text), JSON.stringify(JSON.parse(text)))
  })
})

describe('writePythonJson', () => {
  it('writes as json.dumps does', () => {
    const tree = read('{"a":[1,2.0,"é\\u007f😀\\n\\u001f\\""],"b":{},"c":[],"d":null}')
    const python = '{"a": [1, 2.0, "\\u00e9\\u007f\\ud83d\\ude00\\n\\u001f\\""], "b": {}, "c": [], "d": null}'
    assert.equal(writePythonJson(tree), python)
  })
})
