/** A name that another program has for something that is not a setting here. */
export type GoneName = {
  /** without dashes: `axon.ip`; a key of YAML, too */
  readonly flag?: string
  /** `BT_AXON_IP` */
  readonly env?: string
  /** what follows the flag; `truth`: true or false, or nothing */
  readonly takes: 'nothing' | 'truth' | 'value'
  /**
   * `refused`: the operator would lose what was asked for. `ignored`: a warning is enough. `needless`: it asks for what
   * holds anyway.
   */
  readonly fate: 'refused' | 'ignored' | 'needless'
  /** follows the name: `has no effect: the SDK never listened there` */
  readonly why: string
  /** what does the job now; follows `try: ` */
  readonly instead?: string
}
