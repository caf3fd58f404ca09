import { fill } from '../../text/fill.js'
import type { Section } from '../schema/section.js'
import { type Setting, settingsOf } from '../schema/setting.js'
import type { Shape } from '../schema/shape.js'
import { allowed } from '../values/expected.js'
import { fileValue } from './file-value.js'
import { tomlOf } from './toml.js'

/** How wide the comments are. */
const WIDTH = 100

/**
 * Writes a configuration file with every setting: those with a value, and the others as comments with their default, or with
 * an example where they have none.
 *
 * @param values by the settings' paths, as a file holds them
 */
export function configurationTemplate(sections: readonly Section[], values: ReadonlyMap<string, unknown>): string {
  const named = Map.groupBy(sections, ({ name }) => name)
  const top = named.get('') ?? []
  const tables = [...named].filter(([name]) => name !== '')
  return [
    comment(head),
    ...top.flatMap(settingsOf).map(setting => settingText(setting, values)),
    ...tables.map(([name, parts]) => {
      const settings = parts.flatMap(settingsOf).map(setting => settingText(setting, values))
      return [`[${name}]`, ...settings].join('\n\n')
    }),
  ].join('\n\n')
}

const head =
  'Settings of miner, with their defaults behind #. A flag overrides a variable, and a variable overrides this file. `miner config show --origin` prints what holds.'

function settingText(setting: Setting, values: ReadonlyMap<string, unknown>): string {
  const { help, shape, path, key } = setting
  const range = allowed(shape)
  const text = [help, range && `(${range})`].filter(part => part).join(' ')
  const isSet = values.has(path)
  const shown = isSet ? tomlOf(values.get(path)) : exampleText(setting)
  return `${text ? `${comment(text)}\n` : ''}${isSet ? '' : '# '}${key} = ${shown}`
}

function comment(text: string): string {
  return `# ${fill(text, { width: WIDTH - 2 }).replaceAll('\n', '\n# ')}`
}

/** The author's example, the default, or a value of its kind: as TOML, behind #. */
function exampleText(setting: Setting): string {
  const { shape, variables, schema } = setting
  const examples = schema.meta()?.examples
  const example = Array.isArray(examples) ? examples[0] : undefined
  const kind = shape.kind === 'text' && shape.secret ? `env:${variables.at(-1)}` : exampleOf(shape)
  const value = fileValue(setting, setting.default ?? undefined) ?? example ?? kind
  // On one line, so that taking one # away makes it a setting.
  return Array.isArray(value) ? `[${value.map(tomlOf).join(', ')}]` : tomlOf(value)!
}

function exampleOf(shape: Shape): unknown {
  switch (shape.kind) {
    case 'text':
      return shape.choices[0] ?? (shape.url ? 'http://127.0.0.1:8000' : '…')
    case 'number':
      return shape.nullable ? 'none' : (shape.choices[0] ?? shape.min?.at ?? 1)
    case 'boolean':
      return true
    case 'list':
      return []
    default:
      return {}
  }
}
