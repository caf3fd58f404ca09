import { strangersRate } from '../../axon/stages/charge.js'
import { type Screened, screen } from '../../axon/stages/screen.js'
import { rateRefusal, refilled } from '../../axon/state/rate-limiter.js'
import type { Rate } from '../../plugin/dialect.js'
import type { Standing } from '../../plugin/standing.js'
import { policyOf } from '../../policy/policy-of.js'
import { type RuleName, ruleTable } from '../../policy/rules-of.js'
import { Refusal } from '../../wires/refusal.js'
import type { ChosenSynapse } from '../question/choose-synapse.js'
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
  const place = { hasChain: chain !== null, isLost: isLost === null ? undefined : () => isLost }
  const policy = policyOf(settings, place)
  const screened = screenedOf(() =>
    screen({ synapse: name, hotkey, timeoutMs: null }, { rules: policy.rules, standings: () => standing }, route),
  )
  const rates = screened instanceof Refusal ? noRates : ratesOf(known, { hotkey, route, screened, policy, now })
  const refusal = screened instanceof Refusal ? screened : rates.refusal
  const isAsked = route.auth !== 'none'
  let isDecided = !isAsked
  const rules = ruleTable(settings, place).map(({ name: rule, rule: decide }): ExplainedRule => {
    const about = { settings, standing, hasChain: chain !== null }
    if (decide === null) return { rule, verdict: 'off', why: ruleReasons(rule, 'off', about) }
    if (isDecided) return { rule, verdict: 'not asked', why: isAsked ? '' : `${name} takes unsigned requests` }
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
    place: screened instanceof Refusal || refusal || route.queue === false ? null : screened,
  }
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
  const byRoute = isExempt ? null : (route.rate ?? (isStranger || route.rules === false ? strangersRate : null))
  const by = isStranger ? 'address' : 'hotkey'
  const seen = running?.requests.callers.find(caller => caller.hotkey === hotkey)?.rateLeft ?? null
  const byOperator = route.queue === false ? null : written
  const left = byOperator && running && seen !== null ? refilled(seen, byOperator, now - running.writtenAt) : null
  return {
    rates: [
      ...(byOperator
        ? [
            {
              of: 'operator',
              rate: byOperator.text,
              by: own ? 'hotkey' : by,
              left: left && Math.floor(left),
            } as const,
          ]
        : []),
      ...(byRoute ? [{ of: 'route', rate: rateText(byRoute), by, left: null } as const] : []),
    ],
    refusal: byOperator && left !== null && left < 1 ? rateRefusal(byOperator, left) : null,
  }
}

function rateText({ limit, windowMs }: Rate): string {
  return `${limit} in ${windowMs / 1000} s`
}

/** Returns when a refused caller may ask again, in seconds; null: the refusal does not tell. */
export function retrySecondsOf({ headers }: Refusal): number | null {
  const seconds = headers.find(([name]) => name === 'retry-after')?.[1]
  return seconds === undefined ? null : Number(seconds)
}
