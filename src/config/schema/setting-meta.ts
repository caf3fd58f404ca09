/**
 * What zod cannot express about a setting: the keys of `.meta({ … })` of its schema, beside zod's own (`id`, `title`,
 * `description`, `deprecated`, `examples`). Any other key is an error of the plugin.
 */
export type SettingMeta = {
  /**
   * the short flag of a host's setting, without dashes: `wallet-name`; a miner's setting has the flag of its key. False: it has
   * no flag at all, because other users of the machine can read the command line of a process
   */
  readonly flag?: string | false
  /** one letter for a miner's setting, `m` for `-m`; a letter of the host's commands stays theirs */
  readonly short?: string
  /** variables of other programs that are read too, after the setting's own: `OTHER_API_KEY` */
  readonly env?: readonly string[]
  /** for text: a secret, which may be written `env:NAME` or `file:PATH`, and prints as `***` */
  readonly secret?: boolean
  /** for a number: it counts milliseconds or bytes, and is written `500ms` `12s` `5m` `1h` or `64KiB` `1MiB` */
  readonly unit?: Unit
  /** other names of it, which may take other values */
  readonly spellings?: readonly Alias[]
}

/** What a number counts: milliseconds or bytes. */
export type Unit = 'duration' | 'size'

/**
 * Another name for a setting. Without `value` it takes the same values. With text as `value` it is a switch: when it is on,
 * the setting has that value. With a table as `value` it takes the table's keys, which stand for the setting's values.
 */
export type Alias = {
  /** without dashes: `logging.debug` */
  readonly flag?: string
  readonly env?: string
  /** a key of the file, with its table: `logging.debug` */
  readonly key?: string
  readonly value?: string | Readonly<Record<string, string>>
}

declare module 'zod' {
  // Makes the compiler check the fields of `.meta()`.
  interface GlobalMeta extends SettingMeta {}
}
