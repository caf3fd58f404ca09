import { Flags } from '@oclif/core'
import { usableNames } from '../../app/catalogue/entries.js'
import { CHOSEN_MINER, MINER, MINERS } from '../../app/tokens.js'
import { SettingsCommand } from '../../cli/command.js'
import { configurationJson } from '../../config/describe/json.js'
import { configurationToml } from '../../config/describe/toml.js'
import { columnsOf, fill } from '../../text/fill.js'

export default class ConfigShow extends SettingsCommand {
  static override summary = 'Print the merged configuration as TOML.'
  static override description =
    'Merges defaults, file, environment and flags. Secrets print as ***, and env:NAME and file:PATH as they are written; it needs neither a key nor a wallet.'
  static override examples = ['<%= config.bin %> <%= command.id %> --origin']
  static override flags = {
    origin: Flags.boolean({ description: 'add where each value came from' }),
  }
  static override readonly reads = [
    'subnet',
    'dialect',
    'wallet',
    'axon',
    'admin',
    'limits',
    'policy',
    'neuron',
    'subtensor',
    'logFile',
  ] as const

  async run(): Promise<unknown> {
    await using run = await this.open(ConfigShow, { secrets: 'leave' })
    const options = { origins: run.flags.origin, width: columnsOf(process.stdout) }
    this.log(configurationToml(run.configuration, options).trimEnd())
    const others = usableNames(run.scope.resolve(MINERS)).filter(name => name !== run.scope.resolve(CHOSEN_MINER).name)
    if (others.length > 0) {
      const note = `To see another miner's settings: --use ${others.join(' or ')}`
      this.log(`\n# ${fill(note, { width: options.width, at: 2, indent: 0 }).replaceAll('\n', '\n# ')}`)
    }
    // Built only to check that the miner accepts its settings.
    await run.scope.resolve(MINER)
    return configurationJson(run.configuration)
  }
}
