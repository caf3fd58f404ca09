import { basename } from 'node:path'
import * as z from 'zod'
import { ConfigError } from '../config/config-error.js'
import type { OnProblem } from '../config/layer.js'
import { readTomlFile } from '../config/layers/config-file.js'
import type { Problem } from '../config/problem.js'
import { itemPath } from '../config/schema/names.js'
import { isTable } from '../config/values/convert.js'
import type { DialectDefinition, Route } from '../plugin/dialect.js'
import { defineDialect } from '../plugin/sdk.js'
import { escapeName } from '../text/escape.js'
import { buildRoute } from './build-route.js'
import { checkSynapse } from './check-synapse.js'
import { type Field, parseField } from './field.js'
import { readTable } from './read-table.js'
import { type SynapseKeys, synapseKeys } from './synapse-keys.js'

const topKeys = z.object({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/, { error: 'must have small letters, digits and dashes only' })
    .describe('name = "my-subnet"'),
  summary: z.string().describe('summary = "a haiku for a topic"').optional(),
  follows: z.string().describe('follows = "owner/repository@1a2b3c4"').optional(),
  synapses: z.record(z.string(), z.unknown()).describe('[synapses.Haiku], with the name of the Python class'),
})

/**
 * Reads a dialect from a TOML file, enough for most forks of the subnet template (docs/dialect-file.md).
 *
 * @throws {ConfigError} CONFIG_INVALID with every problem in the file
 */
export async function readDialectFile(path: string): Promise<DialectDefinition> {
  const content = await readTomlFile({ path, explicit: true }, { noun: 'the dialect file', flag: '--dialect-file' })
  if (!content || 'problem' in content) throw new ConfigError('CONFIG_INVALID', content ? [content.problem] : [])

  const problems: Problem[] = []
  const report: OnProblem = (at, words, hint) => {
    const message = `${escapeName(at)} ${words}`
    problems.push({ code: 'INVALID_VALUE', path: at, message, hint, origin: { from: 'file', file: path } })
  }
  const { name = '', summary, follows, synapses } = readTable(topKeys, content.table, '', report)
  if (synapses && Object.keys(synapses).length === 0) report('synapses', 'is empty', topKeys.shape.synapses.description)
  const routes = Object.entries(synapses ?? {}).map(([synapse, table]) => [
    synapse,
    readSynapse(synapse, table, report),
  ])
  if (problems.length > 0) throw new ConfigError('CONFIG_INVALID', problems)

  const all = Object.fromEntries(routes) as Record<string, Route>
  const needs = Object.values(synapses!).some(table => isTable(table) && table.answers !== undefined)
  return defineDialect({
    name,
    summary: summary ?? `defined in ${basename(path)}`,
    follows: follows ?? basename(path),
    ...(needs && { needs: ['responseFormat'] }),
    synapses: all,
  })
}

/** Builds the route of a synapse; undefined after reporting a problem. */
function readSynapse(name: string, table: unknown, report: OnProblem): Route | undefined {
  const at = itemPath('synapses', name)
  let isValid = true
  const reportInvalid: OnProblem = (...problem) => {
    isValid = false
    report(...problem)
  }
  if (!IDENTIFIER.test(name) || name === 'Synapse')
    reportInvalid(at, 'cannot be the name of a synapse', topKeys.shape.synapses.description)
  if (!isTable(table)) {
    reportInvalid(at, 'must be a table', `write [${at}] above its keys`)
    return undefined
  }
  const keys = readTable(synapseKeys, table, at, reportInvalid)
  const known = fieldsOf(keys.fields, itemPath(at, 'fields'), reportInvalid)
  if (known.size > 0) checkSynapse({ ...keys, given: new Set(Object.keys(table)), known }, at, reportInvalid)
  else if (keys.fields) reportInvalid(itemPath(at, 'fields'), 'is empty', synapseKeys.shape.fields.description)
  return isValid ? buildRoute(name, keys as SynapseKeys, known as ReadonlyMap<string, Field>) : undefined
}

function fieldsOf(
  declared: SynapseKeys['fields'] = {},
  at: string,
  report: OnProblem,
): ReadonlyMap<string, Field | null> {
  const fields = Object.entries(declared).map(([name, declaration]) => {
    const path = itemPath(at, name)
    if (!IDENTIFIER.test(name) || SDK_FIELDS.has(name)) {
      report(
        path,
        'cannot be the name of a field',
        SDK_FIELDS.has(name) ? 'remove it: the SDK fills this field' : 'use the name from the class',
      )
    }
    return [name, parseField(name, declaration, path, report) ?? null] as const
  })
  return new Map(fields)
}

const IDENTIFIER = /^(?!__proto__$)[A-Za-z_]\w*$/
/** The fields of the base class, which every synapse has (bittensor v10.2.0 bittensor/core/synapse.py). */
const SDK_FIELDS = new Set(['name', 'total_size', 'header_size', 'dendrite', 'axon', 'computed_body_hash'])
