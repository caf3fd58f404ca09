import { Flags } from '@oclif/core'
import { SettingsCommand } from '../cli/command.js'
import { collectEconomics } from '../cli/economics/collect-economics.js'
import { economicsJson } from '../cli/economics/economics-json.js'
import { economicsPage } from '../cli/economics/economics-page.js'
import { readCount } from '../cli/flags/count.js'
import { KEPT_DAYS } from '../money/ledger/ledger-file.js'
import { columnsOf } from '../text/fill.js'

const DAYS = 7

export default class EconomicsCommand extends SettingsCommand {
  static override summary =
    'Show what the miner costs each day, and hold it against what it earns, for each validator, too.'
  static override description =
    'Reads what `miner serve` has counted of the last days, and the emission, the price of alpha and the weights from the chain. It asks no exchange: what a TAO is worth in dollars is told by --tao-usd. Without a chain (--network none), and when the chain does not answer, it shows the cost. It needs the public half of the hotkey only.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --netuid 1 --tao-usd 400',
    '<%= config.bin %> <%= command.id %> --network none --days 30',
    `<%= config.bin %> <%= command.id %> --netuid 1 --json | jq '.hotkeys[] | [.hotkey, .cost.usd, .emission.tao]'`,
  ]
  static override flags = {
    days: Flags.string({
      description: `how many whole days (UTC) to show, and to average the cost over, at most ${KEPT_DAYS}; default ${DAYS}`,
      helpValue: 'COUNT',
    }),
  }
  static override readonly reads = ['subnet', 'wallet', 'subtensor', 'economics'] as const
  static override readonly usesMiner = false

  async run(): Promise<unknown> {
    await using run = await this.open(EconomicsCommand)
    const { flags, scope } = run
    const days = flags.days === undefined ? DAYS : readCount('--days', flags.days, KEPT_DAYS, DAYS)
    using waiting = this.status.show('reading the ledger and the chain')
    const economics = await collectEconomics(scope, { days })
    waiting[Symbol.dispose]()
    if (this.jsonEnabled()) return economicsJson(economics)
    this.log(economicsPage(economics, columnsOf(process.stdout)))
    return undefined
  }
}
