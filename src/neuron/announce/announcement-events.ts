import type { AnnouncedAxon } from '../../chain/metagraph.js'
import { axonText } from '../../text/axon-text.js'
import { spanText } from '../../text/span.js'
import type { NeuronEvent } from '../events.js'
import type { Outage } from '../outage.js'
import type { OwnAxon, WaitReason } from './announcement-due.js'

// The events of an announcement, with their texts.

export function announced(ours: OwnAxon, block: number): NeuronEvent {
  const { ip, port } = ours
  const message = `the chain shows this axon at ${axonText(ours)}`
  return { level: 'info', event: 'announced', message, ip, port, block }
}

export function alreadyAnnounced(ours: OwnAxon, block: number): NeuronEvent {
  const { ip, port } = ours
  const message = `the chain shows this axon at ${axonText(ours)} already`
  return { level: 'info', event: 'alreadyAnnounced', message, ip, port, block }
}

export function announcementDelayed(ours: OwnAxon, reason: WaitReason, ms: number): NeuronEvent {
  const message =
    reason === 'rateLimit'
      ? `the subnet's serving rate limit delays the announcement of ${axonText(ours)} by ${spanText(ms)}`
      : `${axonText(ours)} is announced again in ${spanText(ms)}: at most once an hour`
  return { level: 'info', event: 'announcementDelayed', message, reason, waitMs: Math.round(ms) }
}

export function announcementLost(onChain: AnnouncedAxon | null): NeuronEvent {
  const { ip, port } = onChain ?? { ip: null, port: null }
  const shown = onChain ? `${axonText(onChain)} for this hotkey, which is not this axon` : 'no address of this axon now'
  return { level: 'warn', event: 'announcementLost', message: `the chain shows ${shown}`, ip, port }
}

export function announcedElsewhere(onChain: AnnouncedAxon | null): NeuronEvent {
  const { ip, port } = onChain ?? { ip: null, port: null }
  const message = `the chain shows ${ip ?? 'no address'} in place of this axon, for the second time in a day: two machines use this hotkey, and this one stops announcing itself until tomorrow`
  const hint = 'stop the other machine, then run miner announce; or serve with --no-announce here'
  return { level: 'warn', event: 'announcedElsewhere', message, ip, port, hint }
}

/** Returns the event of an announcement that failed, and is tried again after `retryMs`. */
export function announcementFailed(outage: Outage, retryMs: number): NeuronEvent {
  const { code, message, hint, failures } = outage.problem!
  return {
    level: 'warn',
    event: 'announcementFailed',
    message: `announcing the axon fails${outage.forText()}: ${message}; the miner goes on serving, and tries again in ${spanText(retryMs)}`,
    code,
    forMs: outage.forMs(),
    failures,
    retryMs,
    ...(hint !== null && { hint }),
  }
}
