import { Flags } from '@oclif/core'
import { MINER } from '../../app/tokens.js'
import { SettingsCommand } from '../../cli/command.js'
import { configurationJson } from '../../config/describe/json.js'
import { configurationToml } from '../../config/describe/toml.js'

export default class ConfigShow extends SettingsCommand {
  static override summary = 'Print the merged configuration as TOML.'
  static override description =
    'Defaults, file, environment and flags in one. Secrets print as ***; neither a key nor a wallet has to be there.'
  static override examples = ['<%= config.bin %> <%= command.id %> --origin']
  static override flags = {
    origin: Flags.boolean({ description: 'add where each value came from' }),
  }
  static override readonly reads = ['subnet', 'wallet', 'axon', 'policy', 'subtensor'] as const

  async run(): Promise<unknown> {
    await using run = await this.open(ConfigShow, { secrets: 'leave' })
    this.log(configurationToml(run.configuration, { origins: run.flags.origin }).trimEnd())
    // What settings alone do not tell: whether the miner takes them.
    await run.scope.resolve(MINER)
    return configurationJson(run.configuration)
  }
}
