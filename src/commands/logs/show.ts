import { Args } from '@oclif/core'
import { SettingsCommand } from '../../cli/command.js'
import {
  openRequestLog,
  requestLogFlags,
  requestLogRules,
  requestLogSections,
} from '../../cli/logs/find-request-log.js'
import { requestPage } from '../../cli/logs/request-page.js'
import { columnsOf } from '../../text/fill.js'

export default class LogsShow extends SettingsCommand {
  static override summary = 'Show one request whole: its way, its attempts, its times, and what was said.'
  static override description =
    'The bars show when the request was at which stage. What was said is in the log with `miner serve --request-log full` only.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> d829ee14',
    '<%= config.bin %> <%= command.id %> d829ee14 --json',
  ]
  static override args = {
    ID: Args.string({ description: 'the id of the request, or its beginning', required: true }),
  }
  static override flags = requestLogFlags
  static override readonly reads = requestLogSections
  static override readonly usesMiner = false

  async run(): Promise<unknown> {
    await using run = await this.open(LogsShow, requestLogRules)
    const log = await openRequestLog(run.scope, run.flags)
    const found = await log.find(run.args.ID)
    if (!this.jsonEnabled()) this.log(requestPage(found, columnsOf(process.stdout)).trimEnd())
    return found
  }
}
