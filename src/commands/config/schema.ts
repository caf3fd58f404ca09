import { hostSections, minerSection } from '../../app/settings.js'
import { MINERS } from '../../app/tokens.js'
import { ConfigCommand } from '../../cli/config/config-command.js'
import { configurationSchema } from '../../config/describe/json-schema.js'

export default class ConfigSchema extends ConfigCommand {
  static override summary = 'Print the JSON Schema of the configuration file, for editors.'
  static override description =
    'Describes the settings of this program and of all miners that can be used. A table of a miner that cannot be loaded may hold anything. Editors use it with the line `#:schema ./config.schema.json` at the top of a TOML file.'
  static override examples = ['<%= config.bin %> <%= command.id %> > config.schema.json']

  async run(): Promise<unknown> {
    await this.parse(ConfigSchema)
    await using scope = await this.openScope()
    const miners = [...scope.resolve(MINERS).values()]
    const loaded = await Promise.allSettled(miners.map(async entry => minerSection(await entry.load())))
    const sections = loaded.flatMap(one => (one.status === 'fulfilled' ? [one.value] : []))
    const schema = configurationSchema(
      [...Object.values(hostSections), ...sections],
      miners.map(({ name }) => ({ name })).filter(({ name }) => !sections.some(section => section.name === name)),
    )
    if (!this.jsonEnabled()) this.logJson(schema)
    return schema
  }
}
