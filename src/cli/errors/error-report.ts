import { AdminError } from '../../admin/admin-error.js'
import { AuditError } from '../../audit/audit-error.js'
import { AxonError } from '../../axon/axon-error.js'
import { ChainError } from '../../chain/chain-error.js'
import { ConfigError } from '../../config/config-error.js'
import { endOfFlags } from '../../config/layers/argv.js'
import { originText } from '../../config/origin.js'
import type { Problem } from '../../config/problem.js'
import { CreateError } from '../../create/create-error.js'
import { KeyError } from '../../keys/key-error.js'
import { NeuronError } from '../../neuron/neuron-error.js'
import { ConversationError } from '../../plugin/conversation.js'
import { PluginError } from '../../plugin/load/plugin-error.js'
import type { Attempt } from '../../plugin/miner.js'
import { NoAnswer } from '../../plugin/no-answer.js'
import { StoreError } from '../../store/store-error.js'
import { WalletError } from '../../wallet/wallet-error.js'
import { exitCodes, FAILED, MISUSED } from './exit-codes.js'
import { flagFaults } from './flag-faults.js'
import { UsageError } from './usage-error.js'

/** An error as it is reported to the user. */
export type ErrorReport = {
  readonly exit: number
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
  /** all problems, when a run found several */
  readonly problems?: readonly ProblemReport[]
  /** how long to wait before another question, in milliseconds */
  readonly retryAfterMs?: number
  /** the attempts at an answer, all of which failed */
  readonly attempts?: readonly Attempt[]
  /** the plugins that the command had changed before it failed */
  readonly plugins?: readonly object[]
}

export type ProblemReport = {
  readonly code: string
  readonly message: string
  readonly from?: string
  readonly hint?: string | undefined
}

/**
 * Translates an error to what the user gets; exit-codes.ts has the exit codes. Null for oclif's `ExitError`, which asks for
 * an exit without a message.
 */
export function reportOf(error: unknown): ErrorReport | null {
  if (error instanceof ConfigError) {
    const report = plain(error, exitCodes.config(error.code))
    return error.code === 'CONFIG_INVALID' ? { ...report, problems: error.problems.map(problemReport) } : report
  }
  if (error instanceof UsageError)
    return { ...plain(error, error.oclif.exit), ...(error.plugins && { plugins: error.plugins }) }
  if (error instanceof ConversationError) return { ...plain(error, MISUSED), hint: oneRoleEach }
  if (error instanceof KeyError) return plain(error, MISUSED)
  if (error instanceof PluginError) return plain(error, exitCodes.plugin(error.code))
  if (error instanceof NoAnswer) {
    const { attempts, retryAfterMs } = error
    return {
      ...plain(error, exitCodes.noAnswer(error)),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(attempts && { attempts }),
    }
  }
  if (error instanceof WalletError) return plain(error, exitCodes.wallet(error.code))
  if (error instanceof AuditError) return plain(error, exitCodes.audit(error.code))
  if (error instanceof AxonError || error instanceof AdminError) return plain(error, FAILED)
  if (error instanceof StoreError) return plain(error, exitCodes.store(error.code))
  if (error instanceof NeuronError) return plain(error, exitCodes.neuron(error.code))
  if (error instanceof ChainError) {
    const { retryAfterMs } = error
    return { ...plain(error, exitCodes.chain(error.code)), ...(retryAfterMs !== undefined && { retryAfterMs }) }
  }
  if (error instanceof CreateError) return plain(error, exitCodes.create(error.code))
  if (isOclifError(error) && error.code === 'EEXIT') return null
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return {
      exit: FAILED,
      code: 'TIMEOUT',
      message: 'there was no answer in time',
      hint: 'see what the miner waits for',
    }
  return (
    oclifError(error) ?? {
      exit: FAILED,
      code: 'UNEXPECTED',
      message: error instanceof Error ? error.message : String(error),
      hint: 'this should not happen: --log-level debug shows where it did',
    }
  )
}

const oneRoleEach = 'one of --roles for each of --messages: --roles system,user --messages "Be brief." "What is TAO?"'

function plain(error: Error & { code: string; hint?: string | undefined }, exit: number): ErrorReport {
  return { exit, code: error.code, message: error.message, hint: error.hint }
}

/**
 * Reports what oclif finds wrong with the command line, without repeating misplaced words: they may be secrets. An unknown
 * flag is named up to its `=`.
 */
function oclifError(error: unknown): ErrorReport | null {
  if (!isOclifError(error)) return null
  const { args, flags } = error
  const exit = Number(error.oclif.exit)
  const [message = ''] = error.message.split('\nSee more help')
  switch (error.constructor.name) {
    case 'UnexpectedArgsError':
      return {
        exit,
        code: 'UNEXPECTED_ARGUMENT',
        message: args?.length === 1 ? 'there is one argument too many' : `there are ${args?.length} arguments too many`,
        hint: surplusHint(error),
      }
    case 'NonExistentFlagsError':
      return {
        exit,
        code: 'UNKNOWN_FLAG',
        message: `there is no flag ${flags?.map(flagName).join(', ')}`,
        hint: flags?.includes('--json') ? 'leave out --json: it prints no result' : 'add --help to see those there are',
      }
    case 'ArgInvalidOptionError':
    case 'FlagInvalidOptionError':
      return {
        exit,
        code: 'INVALID_VALUE',
        message: message.replace(
          /^Expected (?:(--[\w-]+)=)?.* to be one of:/s,
          (_, flag = 'a value') => `${flag} must be one of:`,
        ),
        hint: 'add --help to see what the command takes',
      }
    case 'RequiredArgsError':
      return {
        exit,
        code: 'ARGUMENT_MISSING',
        message: (args ?? []).map(arg => `${(arg as { readonly name?: unknown }).name} is missing`).join('; '),
        hint: 'add --help to see what the command takes',
      }
    case 'FailedFlagValidationError':
    case 'ViolatedFlagConstraintError':
      return { exit, ...flagFaults(message) }
    default:
      return (
        worded(message, exit) ?? {
          exit,
          code: typeof error.code === 'string' ? error.code : exit === MISUSED ? 'USAGE' : 'COMMAND_FAILED',
          message,
          hint: Array.isArray(error.suggestions) ? error.suggestions.join(', ') : undefined,
        }
      )
  }
}

/** An error that a command of oclif throws to choose its exit code: `Errors.CLIError`, `this.error(…)`, `this.exit(…)`. */
type OclifError = Error & {
  readonly oclif: { readonly exit: number }
  readonly code?: unknown
  readonly suggestions?: unknown
  readonly args?: readonly unknown[]
  readonly flags?: readonly string[]
}

/** By its shape, because a plugin's commands throw classes of the plugin's own copy of @oclif/core. */
function isOclifError(error: unknown): error is OclifError {
  if (!(error instanceof Error) || !('oclif' in error)) return false
  const { oclif } = error
  return typeof oclif === 'object' && oclif !== null && 'exit' in oclif && Number.isInteger(oclif.exit)
}

/** Suggests what surplus words may be: parts of a text without quotes, or a value after a switch. */
function surplusHint(error: OclifError): string {
  const { input, output } = (error as { parse?: Parsed }).parse ?? {}
  const { argv = [] } = input ?? {}
  const behind = argv.slice(endOfFlags(argv) + 1)
  const switched = output?.raw?.find(({ type, flag }, at, raw) => {
    const next = raw[at + 1]
    const isBoolean = type === 'flag' && input?.flags?.[flag ?? '']?.type === 'boolean'
    return isBoolean && next?.type === 'arg' && !behind.includes(next.input ?? '')
  })
  const ways = [
    ...('TEXT' in (input?.args ?? {}) ? ['put a text with spaces in quotes'] : []),
    ...(behind.some(word => word.startsWith('-')) ? ['leave out --: no word after it is a flag'] : []),
    ...(switched ? [`--${switched.flag} takes no value`] : []),
  ]
  return ways.length > 0 ? ways.join('; ') : 'add --help to see what the command takes'
}

/** What oclif's errors hold of a command line (@oclif/core `interfaces/parser.d.ts`). */
type Parsed = {
  readonly input?: {
    readonly argv?: readonly string[]
    readonly args?: object
    readonly flags?: Readonly<Record<string, { readonly type: string }>>
  }
  readonly output?: {
    readonly raw?: readonly { readonly type: string; readonly flag?: string; readonly input?: string }[]
  }
}

/** Recognizes mistakes for which oclif throws a plain error (@oclif/core `parser/parse.js`, `help/index.js`). */
function worded(message: string, exit: number): ErrorReport | null {
  const [, chosen, options] = /^Flag (--\S+) expects one of these values: (.*)$/.exec(message) ?? []
  if (chosen)
    return {
      exit,
      code: 'VALUE_MISSING',
      message: `${chosen} needs a value`,
      hint: `${chosen} followed by one of: ${options}`,
    }
  const [, flag, fault] = /^Flag (--\S+) (expects a value|can only be specified once)$/.exec(message) ?? []
  if (fault === 'expects a value')
    return { exit, code: 'VALUE_MISSING', message: `${flag} needs a value`, hint: `${flag}=VALUE` }
  if (fault) return { exit, code: 'GIVEN_TWICE', message: `${flag} is given more than once`, hint: 'keep one of them' }
  if (/^Command .* not found\.$/s.test(message))
    return { exit: 127, code: 'UNKNOWN_COMMAND', message: 'there is no such command', hint: 'miner help' }
  return null
}

/** Returns `--flag` of `--flag=value`. */
function flagName(typed: string): string {
  return typed.split('=', 1)[0]!
}

function problemReport({ code, message, origin, hint }: Problem): ProblemReport {
  return { code, message, ...(origin && { from: originText(origin) }), hint }
}
