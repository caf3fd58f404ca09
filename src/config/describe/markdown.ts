import type { Section } from '../schema/section.js'
import { type Setting, settingsOf } from '../schema/setting.js'
import type { Shape } from '../schema/shape.js'
import { defaultText, expected, expectedRange } from '../values/expected.js'
import { type FlagDescription, flagsOf } from './flags.js'

/**
 * Writes the reference of all settings as Markdown, one table per section.
 *
 * @param reserved as {@link flagsOf} takes it
 */
export function configurationDoc(sections: readonly Section[], reserved: ReadonlySet<string>): string {
  const flags = new Map(
    flagsOf(sections, reserved)
      .filter(({ hidden }) => !hidden)
      .map(flag => [flag.path, flag]),
  )
  const tables = sections.map(section => {
    const rows = settingsOf(section).map(setting => row(setting, flags.get(setting.path)))
    const heading = section.name === '' ? section.title : `${section.title} \`[${section.name}]\``
    return `## ${heading}\n\n${[...header, ...rows].join('\n')}\n`
  })
  return tables.join('\n')
}

const header = ['| setting | flags | variables | default | takes | what |', '| --- | --- | --- | --- | --- | --- |']

function row(setting: Setting, flag: FlagDescription | undefined): string {
  const { path, shape, variables, help } = setting
  const text = defaultText(setting)
  const flagNames = flag ? [flag.name, ...flag.aliases.filter(alias => !alias.includes('.'))] : []
  const letters = flag?.letter ? [`-${flag.letter}`] : []
  const cells = [
    code(path),
    [...letters, ...flagNames.map(name => `--${name}`)].map(code).join(' '),
    variables.map(code).join(' '),
    text === undefined ? (setting.required ? 'required' : '–') : code(text),
    takes(shape),
    help,
  ]
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
}

function takes(shape: Shape): string {
  if (shape.kind === 'list') return `a list; each ${takes(shape.item)}`
  const range = expectedRange(shape)
  return range ? `${expected({ ...shape, nullable: false })}, ${range}` : expected(shape)
}

function code(text: string): string {
  return `\`${text}\``
}
