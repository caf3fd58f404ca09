import assert from 'node:assert/strict'
import { readJson } from '#dist/wires/json/read.js'
import type { JsonObject } from '#dist/wires/json/tree.js'
import { bodyHash } from '#dist/wires/synapse/body-hash.js'
import type { HashField } from '#dist/wires/wire.js'
import { runPython } from '../support/python.ts'

const Role = { name: 'Role', members: { SYSTEM: 'system', USER: "us'er" } }
const Kind = { name: 'Kind', members: { CHAT: 'chat' } }
const Level = { name: 'Level', members: { LOW: 1 }, str: 'value' } as const
const Mode = { name: 'Mode', members: { FAST: 'fast' }, str: 'value' } as const

const hashed: Readonly<Record<string, readonly HashField[]>> = {
  One: [
    { name: 'role', enum: Role },
    { name: 'kind', enum: Kind },
    { name: 'level', enum: Level },
    { name: 'mode', enum: Mode },
    { name: 'none', enum: Role },
  ],
  Many: [
    { name: 'roles', enum: Role },
    { name: 'levels', enum: Level },
    { name: 'modes', enum: Mode },
    { name: 'messages', keys: ['role', 'content'], enums: { role: Role } },
  ],
}

describe('hashed Enums', () => {
  it('hash as in the SDK', async () => {
    const lines = (await runPython('10.4.1', 'enums.py', [])) as { class: string; body: object; hash: string }[]
    assert.deepEqual(lines.map(line => line.class).sort(), Object.keys(hashed).sort())
    for (const line of lines) {
      const body = readJson(Buffer.from(JSON.stringify(line.body))) as JsonObject
      assert.equal(bodyHash(body, hashed[line.class]!, '14.0'), line.hash, line.class)
    }
  })
})
