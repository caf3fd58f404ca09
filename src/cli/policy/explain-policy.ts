import { strangersRate } from '../../axon/stages/charge.js'
import { toRefusal } from '../../axon/stages/refuse.js'
import { type Screened, screen } from '../../axon/stages/screen.js'
import { rateRefusal, refilled } from '../../axon/state/rate-limiter.js'
import type { Rate, Route } from '../../plugin/dialect.js'
import type { Standing } from '../../plugin/standing.js'
import { policyOf } from '../../policy/policy-of.js'
import { type RuleName, ruleTable } from '../../policy/rules-of.js'
import { Refusal } from '../../wires/refusal.js'
import type { ChosenSynapse } from '../question/choose-synapse.js'
import type { RunningMiner } from './find-miner.js'
import { type KnownPolicy, standingOf } from './known-policy.js'
import { type RuleVerdict, ruleReasons } from './rule-reasons.js'

/** One rule, in the order in which they are asked, and why it decides so. */
export type ExplainedRule = { readonly rule: RuleName; readonly verdict: RuleVerdict; readonly why: string }

/** A rate that counts the requests of a hotkey, or those of its address. */
export type ExplainedRate = {
  readonly of: 'operator' | 'route'
  /** `30/min`, or `10 in 10 s` */
  readonly rate: string
  readonly by: 'hotkey' | 'address'
  /** what it counts: `cost` is in units of the dialect, such as tokens */
  readonly counts: 'requests' | 'cost'
  /** how many whole requests it leaves now; null: not known */
  readonly left: number | null
}

/** What happens to a request of a hotkey for one synapse, once its signature is proven. */
export type Explanation = {
  readonly hotkey: string
  readonly synapse: string
  readonly standing: Standing | 'unregistered' | 'unknown'
  readonly rules: readonly ExplainedRule[]
  /** of the rules, or of a rate that is used up; null: it is admitted */
  readonly refusal: Refusal | null
  readonly rates: readonly ExplainedRate[]
  /** whether the miner's `blacklist` hook decides then; null: not known without a running miner */
  readonly blacklistHook: boolean | null
  /** how it stands in the queue; null: it is refused, or the synapse takes no place */
  readonly place: Pick<Screened, 'isStranger' | 'isAllowed' | 'stakeRao'> | null
}

/** Explains, rule after rule, what the axon does with a hotkey: by its own rules and its own stage. */
export function explainPolicy(
  known: KnownPolicy,
  hotkey: string,
  { name, route }: ChosenSynapse,
  now = Date.now(),
): Explanation {
  const { settings, isLost, chain } = known
  const standing = standingOf(known, hotkey)
  const place = { hasChain: chain !== null, isLost: typeof isLost === 'boolean' ? () => isLost : undefined }
  const policy = policyOf(settings, place)
  const screened = screenedOf(() =>
    screen({ synapse: name, hotkey, timeoutMs: null }, { rules: policy.rules, standings: () => standing }, route),
  )
  const rates = screened instanceof Refusal ? noRates : ratesOf(known, { hotkey, route, screened, policy, now })
  const refused = screened instanceof Refusal ? screened : rates.refusal
  const refusal = refused && toRefusal(refused, { id: '', seconds: '', as: route.refusals })
  const notAsked = route.auth === 'none' ? `${name} takes unsigned requests` : ''
  let isDecided = notAsked !== ''
  const rules = ruleTable(settings, place).map(({ name: rule, rule: decide }): ExplainedRule => {
    const about = { settings, standing, hasChain: chain !== null }
    if (rule === 'own place' && isLost === 'unknown')
      return { rule, verdict: 'not asked', why: "the miner's own hotkey is not known" }
    if (decide === null) return { rule, verdict: 'off', why: ruleReasons(rule, 'off', about) }
    if (isDecided) return { rule, verdict: 'not asked', why: notAsked }
    if (route.rules === false) return { rule, verdict: 'not enforced', why: `${name} takes any hotkey that signs` }
    const { allow, exempt } = { exempt: false, ...decide(hotkey, standing) }
    const verdict = allow === 'unknown' ? 'waits' : !allow ? 'refuses' : exempt ? 'admits' : 'passes'
    isDecided = verdict !== 'passes'
    return { rule, verdict, why: ruleReasons(rule, verdict, about) }
  })
  return {
    hotkey,
    synapse: name,
    standing,
    rules,
    refusal,
    rates: rates.rates,
    blacklistHook: asksHook(route, refusal) && (known.running ? known.running.hasBlacklist : null),
    place: screened instanceof Refusal || refusal || route.queue === false ? null : screened,
  }
}

/** Whether the miner's `blacklist` hook, if it has one, is asked: `axon/stages/accept.ts`. */
function asksHook({ auth, rules }: Route, refusal: Refusal | null): boolean {
  return refusal === null && auth !== 'none' && rules !== false
}

function screenedOf(stage: () => Screened): Screened | Refusal {
  try {
    return stage()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

type Rated = Pick<ChosenSynapse, 'route'> & {
  readonly hotkey: string
  readonly screened: Screened
  readonly policy: ReturnType<typeof policyOf>
  /** epoch milliseconds */
  readonly now: number
}

/** The rates of a hotkey, and the refusal of the one that is used up. */
type Rates = Pick<Explanation, 'rates' | 'refusal'>
const noRates: Rates = { rates: [], refusal: null }

/** The rates that hold for a hotkey, as `axon/stages/charge.ts` applies them. */
function ratesOf({ running }: KnownPolicy, { hotkey, route, screened, policy, now }: Rated): Rates {
  const { isStranger, isExempt } = screened
  const isSigned = route.auth !== 'none'
  const own = isSigned ? policy.rates.get(hotkey) : undefined
  const written = own !== undefined ? own : isExempt ? null : policy.rate
  const by = isStranger ? 'address' : 'hotkey'
  const rates: ExplainedRate[] = []
  let refusal: Refusal | null = null
  if (written && route.queue !== false) {
    const countedBy = own ? 'hotkey' : by
    const left = running && countedBy === 'hotkey' ? leftOf(running, { hotkey, rate: written, now }) : null
    const whole = left && Math.floor(left)
    rates.push({ of: 'operator', rate: written.text, by: countedBy, counts: 'requests', left: whole })
    if (left !== null && left < 1) refusal = rateRefusal(written, left)
  }
  const byRoute = isExempt ? null : (route.rate ?? (isStranger || route.rules === false ? strangersRate : null))
  const counts = route.rate && route.cost ? 'cost' : 'requests'
  if (byRoute) rates.push({ of: 'route', rate: rateText(byRoute), by, counts, left: null })
  return { rates, refusal }
}

/** What the running miner's rate leaves a hotkey by now; null: its file does not tell. */
function leftOf(
  { ratesLeft, writtenAt }: RunningMiner,
  { hotkey, rate, now }: { readonly hotkey: string; readonly rate: Rate; readonly now: number },
): number | null {
  if (!ratesLeft) return null
  const used = ratesLeft.find(one => one.hotkey === hotkey)
  return used ? refilled(used.left, rate, now - writtenAt) : rate.limit
}

function rateText({ limit, windowMs }: Rate): string {
  return `${limit} in ${windowMs / 1000} s`
}

/** Returns when a refused caller may ask again, in seconds; null: the refusal does not tell. */
export function retrySecondsOf({ headers }: Refusal): number | null {
  const seconds = headers.find(([name]) => name === 'retry-after')?.[1]
  return seconds === undefined ? null : Number(seconds)
}
