import { oldNames } from '../../app/python/old-names.js'
import { endOfFlags, typedValue, wantsJson } from '../../config/layers/argv.js'
import { parseBoolean } from '../../config/values/convert.js'
import { textOf } from '../../config/values/resolve-secrets.js'
import { escapeControls } from '../../text/escape.js'
import { escapeForTerminal } from '../output/terminal.js'
import { reportOf } from './error-report.js'
import { MISUSED } from './exit-codes.js'
import { formatMessage } from './format-message.js'

/**
 * Prints an error: as JSON on standard output under `--json`, else as text on standard error.
 *
 * @returns the exit code
 */
export function printError(error: unknown, argv: readonly string[]): number {
  const report = reportOf(error)
  if (report === null) return (error as { oclif: { exit?: number } }).oclif.exit ?? 0
  if (wantsJson(argv)) {
    process.stdout.write(escapeForTerminal(`${JSON.stringify(errorJson(error), null, 2)}\n`))
    return report.exit
  }
  process.stderr.write((report.problems ?? [report]).map(formatMessage).join(''))
  // What the user mistook does not lie in this program's code.
  if (report.exit !== MISUSED && debugging(argv) && error instanceof Error) process.stderr.write(`${stackOf(error)}\n`)
  return report.exit
}

/** Returns an error as one JSON document: code, message, and what would fix it. */
function errorJson(error: unknown): { error: object } {
  const { exit: _, ...rest } = reportOf(error) ?? { exit: 0 }
  return { error: rest }
}

let levelRead: unknown

/** Says which level the log has by the file and the variables, once they are read. */
export function traceFrom(level: unknown): void {
  levelRead = level
}

/** Takes the level as it was given, in the order in which it counts, because the settings may be what is wrong. */
function debugging(argv: readonly string[]): boolean {
  const words = argv.slice(0, endOfFlags(argv))
  const old = oldNames.log.spellings.level
  const level =
    typedValue(argv, 'log-level') ??
    typedValue(argv, 'log.level') ??
    old.find(({ flag }) => words.includes(`--${flag}`))?.value ??
    levelRead ??
    textOf(process.env, 'MINER_LOG_LEVEL') ??
    old.find(({ env }) => parseBoolean(textOf(process.env, env) ?? '') === true)?.value
  return level === 'debug' || level === 'trace'
}

/** How many causes of an error are printed. */
const MOST_CAUSES = 5

/** Returns the stack of an error and those of its causes, where a plugin's own frames are. */
function stackOf(error: Error): string {
  const chain: Error[] = [error]
  for (let { cause } = error; cause instanceof Error && chain.length <= MOST_CAUSES; { cause } = cause) {
    if (chain.includes(cause)) break
    chain.push(cause)
  }
  const stacks = chain.map(({ stack }) =>
    String(stack ?? '')
      .split('\n')
      .map(escapeControls)
      .join('\n'),
  )
  return stacks.join('\ncaused by ')
}
