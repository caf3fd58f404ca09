import assert from 'node:assert/strict'
import { fieldsOf } from '#dist/wires/json/convert.js'
import { isStream, readReply, readStreamHead } from '#dist/wires/synapse/read-reply.js'
import { message, seeded, vector } from '../fixture.ts'

const asked = {
  name: 'Prompting',
  fields: fieldsOf({ roles: ['user'], messages: ['hi'], completion: '' }),
  required: ['roles', 'messages'],
}
const JSON_TYPE = { 'content-type': 'application/json' }
const read = (status: number, headers: Record<string, string>, body: string | Buffer) =>
  readReply({ status, rawHeaders: Object.entries(headers).flat(), body: Buffer.from(body) }, asked)
const OK = '"roles":["user"],"messages":["hi"],"completion":"OK"'
const SUCCESS = { ...JSON_TYPE, bt_header_axon_status_code: '200' }

describe('readReply', () => {
  for (const version of ['10.2', '6.1.0', '6.5.0', '6.9.3']) {
    it(`12.2-2: reads what an axon of SDK ${version} replied`, () => {
      const text = vector(`axon/replies-${version}.txt`).toString()
      const { start, rawHeaders, body } = message(text.replace(/^#.*\n/, ''))
      const reply = readReply({ status: Number(start.split(' ')[1]), rawHeaders, body }, asked)
      assert.equal(reply.status, 200)
      assert.equal(reply.message, 'Success')
      assert.equal(reply.fields.get('completion'), 'echo:hi')
    })
  }

  for (const version of ['6.1.0', '6.5.0', '6.9.3']) {
    it(`12.2-6: reads how an axon of SDK ${version} refused`, () => {
      const [, dump = ''] = vector(`axon/replies-${version}.txt`)
        .toString()
        .split(/^#+ 12 blacklisted .*\n/m)
      const { start, rawHeaders, body } = message(dump)
      const reply = readReply({ status: Number(start.split(' ')[1]), rawHeaders, body }, asked)
      assert.equal(reply.status, 403)
      assert.equal(reply.message, 'Forbidden. Key is blacklisted: dave is bad.')
    })
  }

  it('reads the axon’s processing time from its head or its body', () => {
    const { rawHeaders, body } = message(
      vector('axon/replies-10.2.txt')
        .toString()
        .replace(/^#.*\n/, ''),
    )
    assert.equal(readReply({ status: 200, rawHeaders, body }, asked).axonMs, 0.1964569091796875)
    assert.equal(read(200, SUCCESS, `{"axon":{"process_time":0.5},${OK}}`).axonMs, 500)
    assert.equal(read(200, SUCCESS, `{${OK}}`).axonMs, null)
  })

  it('12.2-3: reads the status from the head alone, and from the body alone', () => {
    const head = read(200, { ...SUCCESS, bt_header_axon_status_message: 'Success' }, `{${OK}}`)
    assert.deepEqual([head.status, head.message, head.fields.get('completion')], [200, 'Success', 'OK'])
    const body = read(200, JSON_TYPE, `{"axon":{"status_code":200,"status_message":"Fine"},${OK}}`)
    assert.deepEqual([body.status, body.message, body.fields.get('completion')], [200, 'Fine', 'OK'])
  })

  it('12.2-4: does not count a reply without a status as a success, but keeps the completion', () => {
    const reply = read(200, JSON_TYPE, `{${OK}}`)
    assert.equal(reply.status, null)
    assert.equal(reply.fields.get('completion'), 'OK')
    assert.equal(read(200, { ...JSON_TYPE, BT_HEADER_AXON_STATUS_CODE: '200' }, `{${OK}}`).status, null)
  })

  it('12.2-5: falls back to the HTTP status and message without headers', () => {
    const reply = read(403, JSON_TYPE, '{"message":"Forbidden. x"}')
    assert.deepEqual([reply.status, reply.message], [403, 'Forbidden. x'])
    assert.equal(read(404, JSON_TYPE, '{"detail":"Not Found"}').message, 'Not Found')
  })

  it('12.2-6: reads a 6.1 refusal, in which the head wins', () => {
    const headers = { ...JSON_TYPE, bt_header_axon_status_code: '403', bt_header_axon_status_message: 'Forbidden. x' }
    const reply = read(500, headers, '{}')
    assert.deepEqual([reply.status, reply.message], [403, 'Forbidden. x'])
  })

  it('12.2-7: prefers the head to HTTP, but never turns a refusal into a success', () => {
    const headers = { ...JSON_TYPE, bt_header_axon_status_code: '401', bt_header_axon_status_message: 'hdr wins' }
    const reply = read(403, headers, '{"message":"body"}')
    assert.deepEqual([reply.status, reply.message], [401, 'hdr wins'])
    assert.equal(read(422, SUCCESS, '{"detail":[]}').status, 422)
  })

  it('12.2-8: returns 422 for a body that is not a JSON object or not typed as JSON', () => {
    const html = { 'content-type': 'text/html' }
    const bad: [number, Record<string, string>, string][] = [
      [200, html, `{${OK}}`],
      [200, {}, `{${OK}}`],
      [200, JSON_TYPE, 'not json'],
      [200, JSON_TYPE, ''],
      [500, { 'content-type': 'text/plain' }, 'Internal Server Error'],
      [200, JSON_TYPE, '[1]'],
      [403, JSON_TYPE, '[1]'],
    ]
    for (const [status, headers, body] of bad) {
      const reply = read(status, headers, body)
      assert.equal(reply.status, 422, body)
      assert.match(reply.message!, /^Failed to parse response: /)
    }
    assert.equal(
      read(200, { ...SUCCESS, 'content-type': 'application/problem+json; charset=utf-8' }, `{${OK}}`).status,
      200,
    )
  })

  it('12.2-9: returns 422 for a null completion, a missing role, a field of another type', () => {
    const bad = [
      '{"roles":["user"],"messages":["hi"],"completion":null}',
      '{"messages":["hi"],"completion":"OK"}',
      '{"roles":"user","messages":["hi"],"completion":"OK"}',
      '{"roles":["user"],"messages":["hi"],"completion":5}',
    ]
    for (const body of bad) assert.equal(read(200, SUCCESS, body).status, 422, body)
    const without = read(200, SUCCESS, '{"roles":["user"],"messages":["hi"]}')
    assert.deepEqual([without.status, without.fields.get('completion')], [200, ''])
  })

  it('12.2-10: keeps the sent values of frozen fields, whatever the reply holds', () => {
    const { fields } = read(200, SUCCESS, '{"roles":["other"],"messages":[],"completion":"OK","extra":1}')
    assert.deepEqual(fields, fieldsOf({ roles: ['user'], messages: ['hi'], completion: 'OK' }))
  })

  it('takes the axon’s value of a required field that is not frozen', () => {
    const reply = { status: 200, rawHeaders: Object.entries(SUCCESS).flat(), body: Buffer.from(`{${OK}}`) }
    const other = { ...asked, fields: fieldsOf({ roles: [], messages: ['hello'], completion: '' }) }
    assert.deepEqual(
      readReply(reply, { ...other, frozen: ['messages'] }).fields,
      new Map<string, unknown>([
        ['roles', ['user']],
        ['messages', ['hello']],
        ['completion', 'OK'],
      ]),
    )
    assert.equal(readReply({ ...reply, body: Buffer.from('{"messages":[]}') }, { ...other, frozen: [] }).status, 422)
  })

  it('12.2-11: returns 422 for headers that Python could not convert', () => {
    const bad = {
      bt_header_axon_status_code: 'abc',
      timeout: 'abc',
      total_size: '1.5',
      bt_header_axon_port: '',
      bt_header_dendrite_nonce: 'x',
    }
    for (const [name, value] of Object.entries(bad))
      assert.equal(read(200, { ...SUCCESS, [name]: value }, `{${OK}}`).status, 422, name)
    assert.equal(read(200, { ...JSON_TYPE, bt_header_axon_status_code: '200.0' }, `{${OK}}`).status, 422)
    assert.equal(read(200, { ...SUCCESS, timeout: 'inf', bt_header_axon_unknown: 'x' }, `{${OK}}`).status, 200)
  })

  it('12.2-12: survives the nulls that crash a Python dendrite', () => {
    const reply = read(200, SUCCESS, `{"timeout":null,"dendrite":null,"axon":null,${OK}}`)
    assert.deepEqual([reply.status, reply.fields.get('completion')], [200, 'OK'])
    assert.equal(read(200, JSON_TYPE, `{"axon":[1],${OK}}`).status, null)
  })

  it('returns 422 for a status that HTTP does not have', () => {
    for (const code of ['1e300', '0', '-200', '99', '600', '200.5', 'NaN', 'true', '"abc"', '[200]', '{}']) {
      assert.equal(read(200, JSON_TYPE, `{"axon":{"status_code":${code}},${OK}}`).status, 422, code)
    }
    for (const code of ['9'.repeat(4000), '0', '-1', '600']) {
      assert.equal(read(403, { ...JSON_TYPE, bt_header_axon_status_code: code }, '{}').status, 422, code)
    }
    assert.equal(read(999, JSON_TYPE, '{"message":"no"}').status, 422)
    for (const code of ['200', '200.0', '"200"', '2e2']) {
      assert.equal(read(200, JSON_TYPE, `{"axon":{"status_code":${code}},${OK}}`).status, 200, code)
    }
    assert.equal(read(200, JSON_TYPE, `{"axon":{"status_code":null},${OK}}`).status, null)
  })

  it('never throws, whatever the bytes', () => {
    const random = seeded(12)
    const good = Buffer.from(`{"axon":{"status_code":200},${OK},"x":[1.5,{"a":null}]}`)
    for (let round = 0; round < 3000; round++) {
      const body = Buffer.from(good)
      for (let change = 0; change < 1 + random() * 3; change++)
        body[Math.floor(random() * body.length)] = random() * 256
      const reply = read(
        random() < 0.5 ? 200 : 500,
        { ...JSON_TYPE, timeout: String.fromCharCode(random() * 256) },
        body,
      )
      assert.ok(reply.status === null || Number.isFinite(reply.status))
    }
  })
})

const head = (status: number, headers: Record<string, string>) => ({
  status,
  rawHeaders: Object.entries(headers).flat(),
})

describe('isStream', () => {
  it('is true for every type but JSON, and never for a refusal', () => {
    for (const type of ['text/event-stream', 'text/event-stream; charset=utf-8', 'text/plain', ''])
      assert.equal(isStream(head(200, { 'Content-Type': type })), true, type)
    assert.equal(isStream(head(200, {})), true)
    assert.equal(isStream(head(200, { 'content-type': 'application/json' })), false)
    assert.equal(isStream(head(200, { 'content-type': 'application/problem+json; charset=utf-8' })), false)
    assert.equal(isStream(head(500, { 'content-type': 'text/event-stream' })), false)
  })
})

describe('readStreamHead', () => {
  it('reads the head that arrives before the first piece', () => {
    const said = {
      'content-type': 'text/event-stream',
      name: 'StreamPromptingSynapse',
      timeout: '12.0',
      bt_header_axon_status_code: '200',
      bt_header_axon_status_message: 'Success',
      bt_header_axon_process_time: '0.0005',
      header_size: '0',
      total_size: '0',
    }
    assert.deepEqual(readStreamHead(head(200, said)), { status: 200, message: 'Success', axonMs: 0.5 })
  })

  it('does not count a head without a status as a success', () => {
    assert.deepEqual(readStreamHead(head(200, {})), { status: null, message: null, axonMs: null })
  })

  it('prefers the head to HTTP', () => {
    const refused = { bt_header_axon_status_code: '403', bt_header_axon_status_message: 'no' }
    assert.deepEqual(readStreamHead(head(200, refused)), { status: 403, message: 'no', axonMs: null })
  })

  it('returns 422 for headers that Python could not convert, and for a status that HTTP does not have', () => {
    for (const [name, value] of [
      ['timeout', 'abc'],
      ['bt_header_axon_status_code', '200.0'],
      ['bt_header_axon_status_code', '9'.repeat(4000)],
      ['bt_header_axon_status_code', '600'],
    ] as const)
      assert.equal(readStreamHead(head(200, { [name]: value })).status, 422, name)
  })
})
