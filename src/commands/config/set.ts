import { Args } from '@oclif/core'
import { noteOverride, requireChoice, requirePrivate } from '../../cli/config/before-change.js'
import { changeSettings } from '../../cli/config/change-settings.js'
import { ConfigCommand, keyArg } from '../../cli/config/config-command.js'
import { givenText, valueOfText } from '../../cli/config/given-value.js'
import { fileValue } from '../../config/describe/file-value.js'
import { partName, partOf } from '../../config/edit/table-entry.js'
import { redact } from '../../config/redact.js'

export default class ConfigSet extends ConfigCommand {
  static override summary = 'Change a setting in the configuration file.'
  static override description =
    'Keeps the comments and the other lines of the file, and refuses a change that breaks it; it warns of mistakes that the file already had. Creates the file if it does not exist. Separate the items of a list by commas, or write JSON; a table, and a list of tables, is JSON. An entry of a table is named with it: prices.gpt-4.1. Leave VALUE out to type a secret, or pipe it in: a secret on the command line is refused, because others on this machine can see it. env:NAME and file:PATH are no secrets. `--` goes before a VALUE that begins with a dash.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> axon.port 9000',
    '<%= config.bin %> <%= command.id %> wallet.password < password.txt',
    '<%= config.bin %> <%= command.id %> log.level debug',
    `<%= config.bin %> <%= command.id %> prices.my-model '{"input":0.10,"output":0.40}'`,
  ]
  static override args = {
    ...keyArg,
    VALUE: Args.string({ description: 'the value; - for standard input', ignoreStdin: true }),
  }

  async run(): Promise<unknown> {
    const { args } = await this.parse(ConfigSet)
    const { file, scope: opened } = await this.openFile()
    await using scope = opened
    const named = await this.settingOf(args.KEY, scope, { word: args.VALUE })
    const { setting } = named
    const value = await valueOfText(named, await givenText(named, args.VALUE))
    requirePrivate(file, setting, value)
    requireChoice(setting, { value, scope })
    const written = partOf(named, fileValue(setting, value))
    const isChanged = await changeSettings(file, [{ ...named, value: written }], named)
    noteOverride(setting)
    await this.noteChange(file, scope, named)
    const shown = partOf(named, redact(setting, value)) ?? null
    return { path: partName(named), value: shown, file: file.path, changed: isChanged }
  }
}
