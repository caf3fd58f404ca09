import { setTimeout } from 'node:timers/promises'
import { Flags } from '@oclif/core'
import { runningAdmins } from '../admin/running-ports.js'
import { adminFolder } from '../app/admin/build-admin.js'
import { hostSections } from '../app/settings.js'
import { ENDING } from '../app/tokens.js'
import { SettingsCommand } from '../cli/command.js'
import { UsageError } from '../cli/errors/usage-error.js'
import { readDuration } from '../cli/flags/duration.js'
import { LivePage } from '../cli/output/live-page.js'
import { readFigures, type TopFigures } from '../cli/top/admin-client.js'
import { type FoundAdmin, findAdmin } from '../cli/top/find-admin.js'
import { QuitKey } from '../cli/top/quit-key.js'
import { type TopPageOptions, topPage } from '../cli/top/top-page.js'
import { valuesOf } from '../config/configuration.js'
import { showsColours } from '../text/colour.js'
import { columnsOf } from '../text/fill.js'

/** How often the screen is drawn anew: the admin port renews its figures as often. */
const RENEW_MS = 1_000
/** How many requests the screen shows. */
const REQUESTS = 10

export default class Top extends SettingsCommand {
  static override summary = 'Watch a running miner: its requests, latency, queue and endpoints.'
  static override description =
    'Shows the figures of the admin port of a miner that runs on this machine as this user, or of another one with --url. On a terminal it draws one screen anew until q or Ctrl-C; elsewhere, and with --json, it prints them once. The miner needs --admin-port.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --url http://127.0.0.1:9091',
    `<%= config.bin %> <%= command.id %> --json | jq '.status.latency'`,
  ]
  static override flags = {
    url: Flags.string({
      description:
        'the admin port to ask, for one on another machine, or where several miners run; its token is then MINER_ADMIN_TOKEN',
      helpValue: 'URL',
    }),
    interval: Flags.string({
      description: 'how often the screen is drawn anew (between 100ms and 1h; default 1s)',
      helpValue: 'DURATION',
    }),
  }
  static override readonly reads = ['admin'] as const
  static override readonly fewOf = { admin: [] }
  static override readonly usesMiner = false

  async run(): Promise<unknown> {
    await using run = await this.open(Top)
    const { flags, scope, configuration } = run
    const intervalMs = flags.interval === undefined ? RENEW_MS : readDuration('--interval', flags.interval)
    const { token } = valuesOf(configuration, hostSections.admin)
    const admin = findAdmin({ url: flags.url, token, running: await runningAdmins(adminFolder(scope)) })
    const signal = scope.resolve(ENDING)
    const first = await readFigures(admin, REQUESTS, signal)
    if (this.jsonEnabled()) return first
    if (process.stdout.isTTY) await watch(admin, first, { intervalMs, signal })
    else this.log(topPage(first.status, first.requests, drawn(null)).trimEnd())
    return undefined
  }
}

type Watching = { readonly intervalMs: number; readonly signal: AbortSignal }

/** Goes on until the user types `q`, or a signal ends the program. A miner that does not reply may be restarting. */
async function watch(admin: FoundAdmin, first: TopFigures, { intervalMs, signal }: Watching): Promise<void> {
  using quit = new QuitKey()
  const ended = AbortSignal.any([signal, quit.signal])
  const page = new LivePage()
  let { status, requests } = first
  let repliedAt = performance.now()
  let why: string | null = null
  while (!ended.aborted) {
    const silent = why === null ? null : { why, ms: performance.now() - repliedAt }
    page.show(topPage(status, requests, drawn(silent)))
    await setTimeout(intervalMs, undefined, { signal: ended }).catch(() => {}) // the loop ends
    try {
      ;({ status, requests } = await readFigures(admin, REQUESTS, ended))
      repliedAt = performance.now()
      why = null
    } catch (error) {
      if (ended.aborted) break
      if (!(error instanceof UsageError)) throw error
      why = error.message
    }
  }
  signal.throwIfAborted()
}

function drawn(silent: TopPageOptions['silent']): TopPageOptions {
  const { stdout } = process
  const height = stdout.isTTY ? stdout.rows : undefined
  return { width: columnsOf(stdout), height, isColoured: showsColours(stdout), silent }
}
