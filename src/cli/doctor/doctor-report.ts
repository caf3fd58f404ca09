import { arch, homedir, hostname, platform, release, userInfo } from 'node:os'
import { chainUrls } from '../../app/chain/chain-urls.js'
import { type Configuration, valueAt } from '../../config/configuration.js'
import { originText } from '../../config/origin.js'
import { redact, redactText } from '../../config/redact.js'
import type { Checked } from '../../doctor/check.js'
import { escapeControls, escapeName } from '../../text/escape.js'
import { UsageError } from '../errors/usage-error.js'
import { doctorPage } from './doctor-page.js'

type ReportOptions = {
  readonly configuration: Configuration
  readonly at: Date
  readonly version: string
}

/**
 * Formats what the doctor found, without secrets, as Markdown, to paste in an issue. It holds no secrets, neither the home folder nor the name
 * of the user, and not the name of the machine. It keeps hotkeys and addresses, which the chain shows to everybody, and
 * without which no fault of an announcement can be found.
 */
export function doctorReport(checked: readonly Checked[], { configuration, at, version }: ReportOptions): string {
  const lines = [
    `miner ${version}, Node ${process.versions.node}, ${platform()} ${release()} ${arch()}, ${at.toISOString()}`,
    '',
    doctorPage(checked, { width: undefined, stream: null }),
    '',
    'settings that are not the default:',
    ...settingLines(configuration),
  ]
  const text = anonymous(withoutNodePaths(lines.join('\n'), configuration))
  // What an endpoint said may hold a fence of its own.
  const fence = '`'.repeat(Math.max(3, 1 + Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length))))
  return `# miner doctor\n\n${fence}text\n${text}\n${fence}\n`
}

/**
 * Names, values and origins. A secret prints as `***`, or as the `env:NAME` or `file:PATH` that names it; a node of the chain
 * without its path.
 */
function settingLines(configuration: Configuration): readonly string[] {
  const lines = configuration.settings.flatMap(setting => {
    const origin = configuration.origins.get(setting.path)
    if (!origin || origin.from === 'default') return []
    const own = valueAt(configuration, setting)
    const nodes = chainUrls(setting, own).map(({ origin }) => origin)
    const value = JSON.stringify(nodes.length === 0 ? redact(setting, own) : Array.isArray(own) ? nodes : nodes[0])
    const shown = redactText(`${value} (${originText(origin)})`, configuration.secretValues)
    return [escapeControls(`  ${setting.path} = ${shown}`)]
  })
  return lines.length > 0 ? lines : ['  none']
}

/** Shortens the URLs of nodes of the chain to their hosts, in hints and in what a node said, too: a path may be a key. */
function withoutNodePaths(text: string, configuration: Configuration): string {
  const urls = configuration.settings.flatMap(setting => chainUrls(setting, valueAt(configuration, setting)))
  const hidden = urls.filter(({ pathname }) => pathname !== '/')
  // The longest first: one path may be the start of another.
  hidden.sort((one, other) => other.pathname.length - one.pathname.length)
  return hidden.reduce((shown, { protocol, host, origin, pathname }) => {
    const named = shown.replaceAll(`${protocol}//${host}${pathname}`, origin).replaceAll(`${origin}${pathname}`, origin)
    return pathname.length > SHORT_PATH ? named.replaceAll(pathname, '/…') : named
  }, text)
}

/** The length of paths that are no key, and may be a part of other words: `/v1/ws`. */
const SHORT_PATH = 7

/** Shortens the home folder to `~`, and drops the names of the user and of the machine. */
function anonymous(text: string): string {
  const home = homedir()
  const { username } = userInfo()
  const shortened = home.length > 1 ? text.replaceAll(home, '~') : text
  const withoutHomes = shortened.replace(/(\/home\/|\/Users\/|\\Users\\)[^/\\\s"':,;)]+/g, '$1<user>')
  const named = [
    [username, '<user>'],
    [hostname(), '<host>'],
  ] as const
  return named.reduce((shown, [name, by]) => {
    // Many machines have these names, and messages have them as words.
    if (name.length < 3 || COMMON.has(name)) return shown
    return shown.replace(new RegExp(`(?<![\\w-])${escaped(name)}(?![\\w-])`, 'g'), by)
  }, withoutHomes)
}

const COMMON = new Set(['root', 'node', 'user', 'miner', 'localhost', 'ubuntu', 'debian', 'admin'])

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

export function reportExists(path: string): UsageError {
  const message = `${escapeName(path)} exists, and is left as it is`
  return new UsageError('FILE_EXISTS', message, 'add --force to replace it, or name another file')
}
