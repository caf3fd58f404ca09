import { closestAfter } from '../../text/closest.js'
import { escapeName } from '../../text/escape.js'
import type { Layer, LayerValue } from '../layer.js'
import type { Origin } from '../origin.js'
import type { Problem } from '../problem.js'
import type { Catalog } from '../schema/catalog.js'
import { isForeignVariable, namesOf } from '../schema/names.js'
import type { Setting } from '../schema/setting.js'
import { settingHint } from '../values/hint.js'
import { type Environment, textOf } from '../values/resolve-secrets.js'
import { impliedBy, resolveAlias } from './alias.js'
import { ofPlugin } from './file-layer.js'

/**
 * Reads settings from the environment, or from a file of variables. Line ends at the end of a variable are dropped. An empty variable counts as unset;
 * so does a blank one, unless the setting is text.
 * Reports unknown `MINER_` variables.
 */
export function environmentLayer(
  env: Environment,
  { catalog, problems }: { catalog: Catalog; problems: Problem[] },
  originOf: (variable: string) => Origin = variable => ({ from: 'environment', variable }),
): Layer {
  const layer = new Map<string, LayerValue>()
  for (const setting of catalog.settings) {
    const found = findSetting(setting, env, { problems, originOf })
    if (found) layer.set(setting.path, found)
  }
  const prefixes = [...catalog.tables]
    .map(table => namesOf(table, '').variable)
    .sort((one, other) => other.length - one.length)
  for (const variable of Object.keys(env).filter(name => name.startsWith('MINER_') && env[name])) {
    const isKnown = catalog.variables.has(variable) || isForeignVariable(variable)
    if (isKnown || catalog.unreadPrefixes.some(prefix => variable.startsWith(prefix))) continue
    const prefix = prefixes.find(one => variable.startsWith(one)) ?? 'MINER_'
    const otherwise = prefix === 'MINER_' ? ofPlugin : 'see the settings with miner config show'
    const meant = closestAfter(prefix, variable, catalog.variables)
    problems.push({
      code: 'UNKNOWN_VARIABLE',
      message: `${escapeName(variable)} is not a setting`,
      origin: originOf(variable),
      hint: meant ? `use ${meant}` : `unset it, or ${otherwise}`,
    })
  }
  return layer
}

type Finding = { readonly problems: Problem[]; readonly originOf: (variable: string) => Origin }

function findSetting(setting: Setting, env: Environment, { problems, originOf }: Finding): LayerValue | undefined {
  const { path, shape, variables, spellings } = setting
  for (const variable of variables) {
    const text = textOf(env, variable)
    if (text && (shape.kind === 'text' || text.trim() !== ''))
      return { raw: { kind: 'variable', text }, origin: originOf(variable) }
  }
  for (const spelling of spellings) {
    const text = spelling.env && textOf(env, spelling.env)
    if (!spelling.env || !text?.trim()) continue
    const origin = originOf(spelling.env)
    const value = resolveAlias(spelling, text, problem => {
      const message = `${path} ${problem}`
      problems.push({ code: 'INVALID_VALUE', path, message, origin, hint: settingHint(setting, { message }) })
    })
    if (value !== undefined)
      return { raw: { kind: 'variable', text: String(value) }, origin, implies: impliedBy(spelling, text) }
  }
  return undefined
}
