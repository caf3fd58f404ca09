import { MINERS } from '../../app/tokens.js'
import { ConfigCommand, keyArg } from '../../cli/config/config-command.js'
import { noEntry } from '../../cli/config/named-setting.js'
import { noteFaults } from '../../cli/config/note-faults.js'
import { UsageError } from '../../cli/errors/usage-error.js'
import { envFileFlag } from '../../cli/flags/env-file-flag.js'
import { readLayers } from '../../cli/open-scope.js'
import { ConfigError } from '../../config/config-error.js'
import { fileValue } from '../../config/describe/file-value.js'
import { partName, partOf } from '../../config/edit/table-entry.js'
import { createLookup, lookUpSetting } from '../../config/look-up.js'
import { redact } from '../../config/redact.js'
import { holdsSecret } from '../../config/schema/shape.js'
import { escapeControls } from '../../text/escape.js'

export default class ConfigGet extends ConfigCommand {
  static override summary = 'Print the value of a setting: that of the variable, the file or the default.'
  static override description =
    'Prints text as it is, a list with a line for each item, and tables as JSON. An entry of a table is named with it: prices.gpt-4.1. Secrets print as ***. The exit code is 1 if the setting has no value. Warns of what is wrong with the file.'
  static override examples = ['<%= config.bin %> <%= command.id %> axon.port']
  static override args = keyArg
  static override flags = { 'env-file': envFileFlag }

  async run(): Promise<unknown> {
    const { args } = await this.parse(ConfigGet)
    const { file, scope: opened } = await this.openFile()
    await using scope = opened
    const named = await this.settingOf(args.KEY, scope, { takesOld: true })
    const { setting, sections } = named
    const layers = { ...(await readLayers(this.argv, this.config.configDir)), argv: [] }
    const section = sections.filter(({ name }) => name === setting.section)
    const found = await lookUpSetting(createLookup(section, layers), setting.path)
    await noteFaults(file.content, scope.resolve(MINERS), found?.problems)
    if (found && found.problems.length > 0) throw new ConfigError('CONFIG_INVALID', found.problems)
    const { value, origin } = found ?? { value: setting.default, origin: { from: 'default' } }
    const whole = redact(setting, fileValue(setting, value))
    const shown = partOf(named, whole)
    if (named.entry !== undefined && shown === undefined)
      throw noEntry(named, { code: 'NOT_SET', entries: Object.keys(whole ?? {}) })
    if (shown === undefined || shown === null) {
      const message = `${setting.path} has no value: it is not set, and has no default`
      const command = `miner config set ${setting.path}`
      throw new UsageError('NOT_SET', message, `${command} ${holdsSecret(setting.shape) ? `env:NAME` : `VALUE`}`)
    }
    this.log(textOf(shown))
    return { path: partName(named), value: shown, origin }
  }
}

/** A list with one item a line, so that a shell can read it. */
function textOf(value: unknown): string {
  if (Array.isArray(value) && value.every(item => typeof item !== 'object')) return value.map(textOf).join('\n')
  return escapeControls(typeof value === 'string' ? value : JSON.stringify(value))
}
