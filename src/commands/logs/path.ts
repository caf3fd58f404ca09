import { existsSync } from 'node:fs'
import { SettingsCommand } from '../../cli/command.js'
import {
  findRequestLog,
  requestLogFlags,
  requestLogRules,
  requestLogSections,
} from '../../cli/logs/find-request-log.js'
import { escapeControls } from '../../text/escape.js'

export default class LogsPath extends SettingsCommand {
  static override summary = 'Print the path of the request log, which need not exist.'
  static override examples = ['<%= config.bin %> <%= command.id %> --netuid 1']
  static override flags = { dev: requestLogFlags.dev }
  static override readonly reads = requestLogSections
  static override readonly usesMiner = false

  async run(): Promise<unknown> {
    await using run = await this.open(LogsPath, requestLogRules)
    const path = await findRequestLog(run.scope, run.flags)
    this.log(escapeControls(path))
    return { path, exists: existsSync(path) }
  }
}
