import { adminText } from '../../text/admin-text.js'

/** A record as `createLog` writes it. */
export type LogRecord = { readonly event?: unknown; readonly level?: unknown; readonly [name: string]: unknown }

/** Says in words what a record reports, beside its event, its level and its time. */
export function eventText(record: LogRecord): string {
  try {
    const text =
      typeof record.event === 'string' && Object.hasOwn(texts, record.event) ? texts[record.event] : undefined
    return inWords.has(record.event) && typeof record.message === 'string'
      ? otherText({ message: record.message, hint: record.hint })
      : (text ?? otherText)(record)
  } catch {
    return otherText(record) // a plugin may log an event of the same name, with other fields
  }
}

/** Shortens a hotkey: `5Grwv…utQY`. */
export function shortHotkey(hotkey: string): string {
  return hotkey.length > 12 ? `${hotkey.slice(0, 5)}…${hotkey.slice(-4)}` : hotkey
}

/** Returns the reason of a rule without what the wire says around it. */
export function ruleReason(reason: string): string {
  return /^Forbidden\. Key is blacklisted: (.*?)\.?$/.exec(reason)?.[1] ?? reason
}

const texts: Readonly<Record<string, (record: LogRecord) => string>> = {
  answered: ({ cutBy, attempts }) =>
    [cutBy !== undefined && cutText(cutBy), ...failedAttempts(attempts)].filter(Boolean).join(', '),
  refused: ({ reason }) => String(reason),
  failed: ({ reason, attempts, pieces, error, code }) => {
    const problem = code === 'DRAINING' ? reason : (errorText(error) ?? reason)
    const failed = failedAttempts(attempts)
    const more = [typeof pieces === 'number' && `after ${pieces} pieces`, ...(failed.length > 1 ? failed : [])]
    return withDetails(String(problem), more)
  },
  claimsForged: ({ claims, seconds, unnamed = 0 }) => {
    const texts = (claims as LogRecord[]).map(({ hotkey, address, forged, unchecked }) => {
      return `${Number(forged) + Number(unchecked)}× ${shortHotkey(String(hotkey))} from ${address}`
    })
    return `hotkeys named without their key in ${seconds} s: ${[...texts, ...(unnamed ? [`${unnamed}× others`] : [])].join(', ')}`
  },
  cancelled: ({ pieces }) => withDetails('the caller disconnected', [pieces !== undefined && `after ${pieces} pieces`]),
  probed: ({ message, hint }) => withHint(String(message), hint),
  serving: ({ url, use, dialect, uid, netuid, network, announces = 'nothing', callers }) => {
    const place =
      uid === undefined ? '' : `, uid ${uid ?? 'unknown'} of subnet ${netuid} on ${network}, announces ${announces}`
    return `${url}, miner ${use}, dialect ${dialect}${place}, answers ${callers}`
  },
  adminOpened: ({ url, tokenFile }) =>
    adminText({ url: String(url), tokenFile: typeof tokenFile === 'string' ? tokenFile : null }),
  chainConnected: ({ endpoint, specVersion, ms }) => `${endpoint}, runtime ${specVersion}, after ${ms} ms`,
  chainEndpointFailed: ({ endpoint, reason, hint, retryMs }) => {
    const text = String(reason).includes(String(endpoint)) ? String(reason) : `${endpoint}: ${reason}`
    return withHint(withDetails(text, [typeof retryMs === 'number' && `tried again in ${seconds(retryMs)}`]), hint)
  },
  chainBehind: ({ endpoint, behindMs, isOnlyThis, hint }) => {
    const others = isOnlyThis
      ? 'and that of another endpoint is newer'
      : "that of every endpoint is old: this machine's clock is wrong, or the chain stands still"
    return withHint(`the latest block of ${endpoint} is ${seconds(behindMs)} old, ${others}`, hint)
  },
  chainClock: ({ offByMs, hint }) => {
    const least = seconds(Math.abs(Number(offByMs)))
    const side = Number(offByMs) > 0 ? 'ahead of' : 'behind'
    return withHint(`this machine's clock is ${least} or more ${side} the chain's`, hint)
  },
  chainLibrary: ({ text }) => String(text),
  draining: ({ requests, seconds, signal }) =>
    requests === 0
      ? 'no request is open'
      : `${requests} ${requests === 1 ? 'request' : 'requests'}, ${seconds} s at most; Ctrl-C ${signal === undefined ? '' : 'again '}ends at once`,
  stopped: ({ lost }) => (lost ? `${lost} ${lost === 1 ? 'request was' : 'requests were'} lost` : ''),
  strangers: ({ callers, counts, seconds }) => {
    const total = Object.values(counts as Record<string, number>).reduce((sum, count) => sum + count, 0)
    return `${total} unproven in ${seconds} s: ${(callers as LogRecord[]).map(strangerText).join(', ')}`
  },
}

/** Events of the miner's life on its subnet, whose message says all that their fields hold. */
const inWords = new Set<unknown>([
  'addressChanged',
  'addressKnown',
  'addressUnknown',
  'alreadyAnnounced',
  'announced',
  'announcedElsewhere',
  'announcementDelayed',
  'announcementFailed',
  'announcementLost',
  'chainBack',
  'chainLost',
  'chainReset',
  'clockJumped',
  'deregistered',
  'historyNotSaved',
  'historyRefused',
  'historySaved',
  'immunityEnds',
  'metagraphLoaded',
  'metagraphNotSaved',
  'metagraphRead',
  'metagraphRefused',
  'metagraphSaved',
  'noCallers',
  'notReloaded',
  'proxyUnreadable',
  'proxyUntrusted',
  'registered',
  'reloaded',
  'reloadRefused',
  'servedTwice',
  'standingsExpired',
  'uidChanged',
])

function seconds(ms: unknown): string {
  return Number(ms) < 1000 ? `${Math.round(Number(ms))} ms` : `${Math.round(Number(ms) / 1000)} s`
}

function cutText(cutBy: unknown): string {
  return cutBy === 'deadline' ? 'cut at the deadline' : `cut because the endpoint failed with ${cutBy}`
}

function strangerText({ claimed, address, status, code, reason, count }: LogRecord): string {
  const caller = typeof claimed === 'string' ? `${shortHotkey(claimed)}? at ${address}` : String(address)
  const rule = code === 'BLACKLISTED' && typeof reason === 'string' && ruleReason(reason)
  return withDetails(`${count}× ${status ?? ''} ${code} ${caller}`, [rule])
}

/** The attempts at other endpoints or keys that failed, as `AccessLog` writes them: `main: MODEL_BUSY`. */
function failedAttempts(attempts: unknown): readonly string[] {
  return Array.isArray(attempts) ? attempts.map(String).filter(attempt => !attempt.endsWith(': answered')) : []
}

/** The text of an error; of one without a code also its name, and where it was thrown. */
function errorText(error: unknown): string | undefined {
  if (typeof error === 'string') return error
  const { name, code, message, hint, stack } = (error ?? {}) as LogRecord
  if (typeof message !== 'string') return undefined
  if (code !== undefined) return withHint(message, hint)
  const [frame] = Array.isArray(stack) ? stack : []
  return withDetails(`${name}: ${message}`, [typeof frame === 'string' && frame.trim()])
}

function withHint(text: string, hint: unknown): string {
  return hint === undefined ? text : `${text}; try: ${hint}`
}

function withDetails(text: string, details: readonly (string | false)[]): string {
  const present = details.filter(Boolean)
  return present.length === 0 ? text : `${text} (${present.join(', ')})`
}

/** The message of any other event, and its fields as `name=value`. */
function otherText({ level: _level, time: _time, event: _event, message, hint, error, ...fields }: LogRecord): string {
  const problem = message ?? (error === undefined ? undefined : (errorText(error) ?? valueText(error)))
  const parts = [
    ...(problem === undefined ? [] : [String(problem)]),
    ...Object.entries(fields).map(([name, value]) => `${name}=${valueText(value)}`),
  ]
  return withHint(parts.join(' '), hint)
}

function valueText(value: unknown): string {
  if (typeof value === 'string' && /^[^\s"=]+$/.test(value)) return value
  return JSON.stringify(value) ?? ''
}
