/** What each event of a miner's life tells, for the log. Times are milliseconds. */
type NeuronEvents = {
  /** the hotkey has its place; also after it had lost it */
  registered: { readonly uid: number; readonly registeredAt: number | null }
  /** the hotkey was registered anew */
  uidChanged: { readonly uid: number; readonly formerUid: number }
  deregistered: { readonly uid: number | null }
  immunityEnds: { readonly blocks: number; readonly inMs: number }
  /** the settings refuse every neuron of the subnet */
  noCallers: { readonly neurons: number }
  metagraphRead: { readonly block: number; readonly neurons: number; readonly validators: number; readonly ms: number }
  /** the chain does not answer at the start, and the last metagraph decides */
  metagraphLoaded: { readonly block: number; readonly neurons: number; readonly ageMs: number }
  /** that of the disk cannot be used */
  metagraphRefused: { readonly path: string }
  metagraphNotSaved: { readonly path: string; readonly code: string | null; readonly forMs: number }
  metagraphSaved: { readonly path: string; readonly afterMs: number }
  chainLost: {
    readonly code: string | null
    readonly forMs: number
    readonly failures: number
    readonly retryMs: number
  }
  chainBack: { readonly afterMs: number }
  /** it began anew: it has another first block, or an earlier head */
  chainReset: object
  /** the clock on the wall is ahead of the one that counts milliseconds: the machine slept, or its clock was set */
  clockJumped: { readonly byMs: number }
  standingsExpired: { readonly ageMs: number }
  announced: { readonly ip: string; readonly port: number; readonly block: number }
  alreadyAnnounced: { readonly ip: string; readonly port: number; readonly block: number }
  announcementDelayed: { readonly reason: string; readonly waitMs: number }
  announcementFailed: {
    readonly code: string | null
    readonly forMs: number
    readonly failures: number
    readonly retryMs: number
  }
  /** the chain shows another address than it did */
  announcementLost: { readonly ip: string | null; readonly port: number | null }
  /** it did so twice in a day: the miner lets it be */
  announcedElsewhere: { readonly ip: string | null; readonly port: number | null }
  /** what is kept of earlier announcements cannot be used */
  historyRefused: { readonly path: string }
  historyNotSaved: { readonly path: string; readonly code: string | null; readonly forMs: number }
  historySaved: { readonly path: string; readonly afterMs: number }
  addressChanged: { readonly ip: string; readonly formerIp: string }
  addressUnknown: { readonly code: string | null; readonly forMs: number }
  addressKnown: { readonly ip: string; readonly afterMs: number }
  /** an error of this program */
  neuronFailed: { readonly error: unknown; readonly retryMs: number }
}

/** An event of a miner's life on its subnet. `message` says it in words, with what happens meanwhile. */
export type NeuronEvent = {
  [Name in keyof NeuronEvents]: NeuronEvents[Name] & {
    readonly level: 'debug' | 'info' | 'warn' | 'error'
    readonly event: Name
    readonly message: string
    readonly hint?: string
  }
}[keyof NeuronEvents]
