import assert from 'node:assert/strict'
import { z } from 'zod'
import type { FileContent } from '#dist/config/layers/config-file.js'
import { findGone } from '#dist/config/layers/gone-names.js'
import { catalogOf } from '#dist/config/schema/catalog.js'
import type { Section } from '#dist/config/schema/section.js'
import type { Table } from '#dist/config/values/convert.js'
import { axon } from '../example-sections.ts'

const host: Section = {
  ...axon,
  gone: [
    { flag: 'vicuna.model_name', takes: 'value', fate: 'refused', why: 'is not taken over' },
    { flag: 'axon.ip', env: 'BT_AXON_IP', takes: 'value', fate: 'ignored', why: 'is ignored' },
    { flag: 'mock', takes: 'truth', fate: 'refused', why: 'is not taken over' },
  ],
}
const vicuna: Section = {
  name: 'vicuna',
  title: 'vicuna miner',
  of: 'miner',
  settings: z.object({ modelName: z.string().optional() }),
}

const yaml = (table: Table): FileContent => ({ path: 'old.yaml', format: 'yaml', table, text: '' })
const none = { flags: new Map<string, string>(), env: {}, file: null }

function messages({ problems, warnings }: ReturnType<typeof findGone>): readonly string[] {
  return [...problems, ...warnings].map(({ message }) => message)
}

describe('findGone', () => {
  it('finds old names on the command line, in the environment, in its file, and in YAML', () => {
    const catalog = catalogOf([host], [])
    const flags = new Map([
      ['axon.ip', '0.0.0.0'],
      ['mock', 'true'],
    ])
    const envFile = { path: 'old.env', variables: { BT_AXON_IP: '0.0.0.0' }, warnings: [] }
    const file = yaml({ vicuna: { model_name: 'a' } })
    assert.deepEqual(messages(findGone(catalog, { flags, env: {}, envFile, file })), [
      'vicuna.model_name is not taken over',
      '--mock is not taken over',
      'old.env: BT_AXON_IP is ignored',
      '--axon.ip is ignored',
    ])
    const env = { BT_AXON_IP: '::' }
    assert.deepEqual(messages(findGone(catalog, { ...none, env, envFile })), ['BT_AXON_IP is ignored'])
  })

  it('finds nothing where a name is empty, or off', () => {
    const catalog = catalogOf([host], [])
    const flags = new Map([
      ['axon.ip', ' '],
      ['mock', 'no'],
    ])
    const file = yaml({ mock: false, 'axon.ip': null })
    assert.deepEqual(messages(findGone(catalog, { flags, env: { BT_AXON_IP: '' }, file })), [])
  })

  it('leaves the settings of a miner that has the name of an old one', () => {
    const file = yaml({ 'vicuna.model_name': 'a' })
    for (const catalog of [catalogOf([host, vicuna], []), catalogOf([host], [{ name: 'vicuna' }])])
      assert.deepEqual(messages(findGone(catalog, { ...none, file })), [])
  })

  it('leaves a TOML file, which has no old names', () => {
    const file: FileContent = { path: 'c.toml', format: 'toml', table: { mock: true }, text: '' }
    assert.deepEqual(messages(findGone(catalogOf([host], []), { ...none, file })), [])
  })
})
