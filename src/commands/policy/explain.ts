import { Args, Flags } from '@oclif/core'
import { CHOSEN_DIALECT } from '../../app/tokens.js'
import { withPing } from '../../axon/stages/match.js'
import { SettingsCommand } from '../../cli/command.js'
import { FAILED } from '../../cli/errors/exit-codes.js'
import { formatMessage } from '../../cli/errors/format-message.js'
import { explainPolicy } from '../../cli/policy/explain-policy.js'
import { explanationJson } from '../../cli/policy/explanation-json.js'
import { explanationPage } from '../../cli/policy/explanation-page.js'
import { explanationWarnings, isUndecided } from '../../cli/policy/explanation-warnings.js'
import { findMiner, requireDialect } from '../../cli/policy/find-miner.js'
import { knownPolicy } from '../../cli/policy/known-policy.js'
import { chooseSynapse } from '../../cli/question/choose-synapse.js'
import { developmentKeys } from '../../keys/development-keys.js'
import { decodeAddress } from '../../keys/ss58.js'
import { columnsOf } from '../../text/fill.js'

export default class PolicyExplain extends SettingsCommand {
  static override summary = 'Explain, rule after rule, what would happen to a request of a hotkey now.'
  static override description =
    'Uses the policy that the running `miner serve` of the configured hotkey has in force and the metagraph that it decides by, at most half a minute old. Without a running miner it uses the configuration, and reads the chain, or the last metagraph on disk while the chain is out of reach. It asks for no password. The exit code is 0 for a hotkey that is refused, too, and 1 when the standing of the hotkey decides, and neither the chain nor the saved metagraph can be read. It does not find a miner that serves with --dev or --network none: such a miner keeps no file.'
  static override examples = [
    `<%= config.bin %> <%= command.id %> ${developmentKeys[0].address} --netuid 1`,
    `<%= config.bin %> <%= command.id %> ${developmentKeys[0].address} --netuid 1 --synapse Prompting --json`,
    `<%= config.bin %> <%= command.id %> ${developmentKeys[0].address} --network none --deny ${developmentKeys[0].address}`,
  ]
  static override args = {
    HOTKEY: Args.string({ description: 'the ss58 address of the caller', required: true, ignoreStdin: true }),
  }
  static override flags = {
    synapse: Flags.string({
      description: "the synapse that it asks, or Synapse for the ping; by default the dialect's first",
      helpValue: 'NAME',
    }),
  }
  static override readonly reads = ['subnet', 'dialect', 'wallet', 'policy', 'neuron', 'subtensor'] as const
  static override readonly fewOf = { neuron: ['whenDeregistered'] }
  static override readonly usesMiner = false

  async run(): Promise<unknown> {
    await using run = await this.open(PolicyExplain)
    const { args, flags, scope } = run
    decodeAddress(args.HOTKEY)
    const dialect = scope.resolve(CHOSEN_DIALECT)
    const found = await findMiner(scope)
    requireDialect(found, dialect)
    const synapse = chooseSynapse(withPing(dialect), { synapse: flags.synapse, stream: false })
    using waiting = this.status.show('reading the metagraph')
    const known = await knownPolicy(scope, found)
    waiting[Symbol.dispose]()
    const explanation = explainPolicy(known, args.HOTKEY, synapse)
    if (isUndecided(explanation, known)) process.exitCode = FAILED
    if (this.jsonEnabled()) return explanationJson(explanation, known)
    process.stderr.write(explanationWarnings(known).map(formatMessage).join(''))
    this.log(explanationPage(explanation, { known, now: Date.now(), width: columnsOf(process.stdout) }))
    return undefined
  }
}
