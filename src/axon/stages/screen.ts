import type { Route } from '../../plugin/dialect.js'
import type { ScreenRule, ScreenVerdict } from '../../plugin/screen-rule.js'
import type { Standing, Standings } from '../../plugin/standing.js'
import { Refusal } from '../../wires/refusal.js'
import type { Claim } from '../../wires/wire.js'

/** What a claimed hotkey is held against. */
export type Screening = { readonly rules: readonly ScreenRule[]; readonly standings: Standings }

/** What the rules and the chain tell of a claimed hotkey. */
export type Screened = {
  /** of the claimed hotkey when the request arrived; `unregistered` without one */
  readonly standing: Standing | 'unregistered' | 'unknown'
  /** neither registered nor allowed by name, or denied by name, or unsigned */
  readonly isStranger: boolean
  /** the operator allows the hotkey by name, so that no rate limit holds for it */
  readonly isExempt: boolean
  /** the operator allows the hotkey by name */
  readonly isAllowed: boolean
  /** 0 for a hotkey that is not registered */
  readonly stakeRao: bigint
}

/**
 * Looks the claimed hotkey up once, and asks the rules in their order, before its signature is verified. The first rule
 * that does not simply admit it decides. A claim without a usable hotkey passes: it fails in `verify`. A route with
 * `rules: false` takes any hotkey, and there the verdict only marks the caller.
 *
 * @throws {Refusal} BLACKLISTED · STANDINGS_UNKNOWN
 */
export function screen({ hotkey }: Claim, { rules, standings }: Screening, route: Route): Screened {
  if (hotkey === null || route.auth === 'none')
    return { standing: 'unregistered', isStranger: true, isExempt: false, isAllowed: false, stakeRao: 0n }
  const standing = standings(hotkey)
  const verdict = verdictOf(rules, hotkey, standing)
  if (route.rules !== false) requireAdmitted(verdict)
  const isAllowed = verdict.allow === true && verdict.exempt === true
  const isDenied = verdict.allow === false && verdict.denied === true
  const isRegistered = typeof standing === 'object'
  return {
    standing,
    isStranger: isDenied || !(isRegistered || isAllowed),
    isExempt: isAllowed && route.rules !== false,
    isAllowed,
    stakeRao: isRegistered ? standing.stakeRao : 0n,
  }
}

/** Whether a hotkey has a validator permit, or the operator allows it by name. */
export function isPermitted({ standing, isAllowed }: Screened): boolean {
  return isAllowed || (typeof standing === 'object' && standing.hasPermit)
}

/** Returns why the rules refuse a call that others have admitted, by the standing of then; null: they admit it, too. */
export function refusalOfAdmitted(
  { route, hotkey, standing }: { readonly route: Route; readonly hotkey: string | null } & Pick<Screened, 'standing'>,
  rules: readonly ScreenRule[],
): Refusal | null {
  if (hotkey === null || route.rules === false) return null
  const verdict = verdictOf(rules, hotkey, standing)
  return verdict.allow === false ? new Refusal('BLACKLISTED', verdict.reason) : null
}

/** Asks the rules in their order. The first one that does not simply admit the hotkey decides. */
export function verdictOf(
  rules: readonly ScreenRule[],
  hotkey: string,
  standing: Standing | 'unregistered' | 'unknown',
): ScreenVerdict {
  for (const rule of rules) {
    const verdict = rule(hotkey, standing)
    if (verdict.allow !== true || verdict.exempt) return verdict
  }
  return { allow: true }
}

function requireAdmitted(verdict: ScreenVerdict): void {
  if (verdict.allow === false) throw new Refusal('BLACKLISTED', verdict.reason)
  if (verdict.allow === 'unknown') throw standingUnknown()
}

/** Returns the refusal of a hotkey that the chain has told nothing of so far. */
export function standingUnknown(): Refusal {
  return new Refusal('STANDINGS_UNKNOWN', '', { headers: [['retry-after', RETRY_SECONDS]] })
}

/** A block of the chain takes 12 s, and a metagraph is read at a block. */
const RETRY_SECONDS = '12'
