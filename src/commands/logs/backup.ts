import { resolve } from 'node:path'
import { Args, Flags } from '@oclif/core'
import { SettingsCommand } from '../../cli/command.js'
import {
  openRequestLog,
  requestLogFlags,
  requestLogRules,
  requestLogSections,
} from '../../cli/logs/find-request-log.js'
import { beforeInterrupt } from '../../cli/process/before-interrupt.js'
import { expandHome } from '../../config/read-bounded.js'
import { escapeControls } from '../../text/escape.js'

export default class LogsBackup extends SettingsCommand {
  static override summary = 'Copy the request log to another file, while the miner serves.'
  static override description =
    'The copy is whole and of one moment, and only you can read it. `miner logs --file` reads it. A file that exists is left as it is, unless --force is given.'
  static override examples = ['<%= config.bin %> <%= command.id %> requests.sqlite']
  static override args = { TARGET: Args.string({ description: 'the file to write', required: true }) }
  static override flags = {
    force: Flags.boolean({ description: 'replace a file that exists' }),
    ...requestLogFlags,
  }
  static override readonly reads = requestLogSections
  static override readonly usesMiner = false

  async run(): Promise<unknown> {
    await using run = await this.open(LogsBackup, requestLogRules)
    const { args, flags, scope } = run
    const path = resolve(expandHome(args.TARGET))
    const log = await openRequestLog(scope, flags)
    using waiting = this.status.show('copying the request log')
    using interrupt = beforeInterrupt(() => void log[Symbol.asyncDispose]())
    await log.backup(path, flags.force)
    interrupt[Symbol.dispose]()
    waiting[Symbol.dispose]()
    this.log(escapeControls(path))
    return { path }
  }
}
