import { Flags } from '@oclif/core'
import { ENDING } from '../../app/tokens.js'
import { SettingsCommand } from '../../cli/command.js'
import {
  openRequestLog,
  requestLogFlags,
  requestLogRules,
  requestLogSections,
} from '../../cli/logs/find-request-log.js'
import { followRequests } from '../../cli/logs/follow.js'
import { filterFlags, readFilter } from '../../cli/logs/request-filter.js'
import { requestHeader, requestLine } from '../../cli/logs/request-lines.js'
import { escapeForTerminal } from '../../cli/output/terminal.js'
import type { LoggedRequest, LoggedRequests } from '../../request-log/logged-request.js'
import { escapeControls } from '../../text/escape.js'
import { columnsOf } from '../../text/fill.js'
import { groupedText } from '../../text/span.js'

export default class Logs extends SettingsCommand {
  static override summary = 'List the requests that the request log has kept.'
  static override description =
    'Reads the file that `miner serve --request-log metadata` or `full` writes, while it serves or later. The newest request comes last. Only callers that proved their hotkey are listed; the others are counted. Flags that choose requests go together.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> -n 50',
    '<%= config.bin %> <%= command.id %> --since 1h --slow 5s',
    '<%= config.bin %> <%= command.id %> --status 503 --follow',
    `<%= config.bin %> <%= command.id %> --since 24h -n 100000 --json | jq '.requests[] | select(.outcome == "failed") | .code'`,
  ]
  static override flags = {
    ...filterFlags,
    follow: Flags.boolean({ char: 'f', description: 'go on, and print requests as they are written, until Ctrl-C' }),
    ...requestLogFlags,
  }
  static override readonly reads = requestLogSections
  static override readonly usesMiner = false

  async run(): Promise<unknown> {
    await using run = await this.open(Logs, requestLogRules)
    const { flags, scope } = run
    const { filter, count } = readFilter(flags, { now: Date.now(), follow: flags.follow })
    const log = await openRequestLog(scope, flags)
    const { since: _, ...choosing } = filter
    const isAll = Object.values(choosing).every(value => value === undefined)
    if (!flags.follow) return this.#list(await log.list(filter, count), isAll)

    // Taken first: a request that is written meanwhile is in both, and printed once.
    const after = await log.lastSeq()
    const { requests } = await log.list(filter, count)
    if (!this.jsonEnabled()) this.log(requestHeader(columnsOf(process.stdout)))
    this.#print(requests.filter(({ seq }) => seq <= after))
    const onPause = ({ message }: Error) => void process.stderr.write(`${escapeControls(message)}; waiting for it\n`)
    for await (const written of followRequests(log, { filter, after, signal: scope.resolve(ENDING), onPause }))
      this.#print(written)
    return undefined
  }

  /** @param isAll whether the list is of all callers, so that those that are only counted are of interest */
  #list(list: LoggedRequests, isAll: boolean): unknown {
    const { requests, strangers } = list
    if (!this.jsonEnabled() && requests.length > 0) {
      this.log(requestHeader(columnsOf(process.stdout)))
      this.#print(requests)
    }
    if (requests.length === 0) process.stderr.write('no request in the log is of this kind\n')
    if (strangers > 0 && isAll) process.stderr.write(`${strangersText(strangers)}\n`)
    return list
  }

  #print(requests: readonly LoggedRequest[]): void {
    const width = columnsOf(process.stdout)
    const line = (request: LoggedRequest) =>
      this.jsonEnabled() ? escapeForTerminal(JSON.stringify(request)) : requestLine(request, width)
    if (requests.length > 0) process.stdout.write(requests.map(request => `${line(request)}\n`).join(''))
  }
}

function strangersText(count: number): string {
  const requests = count === 1 ? 'request' : 'requests'
  return `in that time ${groupedText(count)} ${requests} of callers that proved no hotkey, which are only counted`
}
