/**
 * What zod cannot say of a setting. It stands in `.meta({ … })` of the setting's schema, and all of it is plain data,
 * so that it passes through `z.toJSONSchema`.
 */
export type SettingMeta = {
  /** the short flag of a host's setting, without dashes: `wallet-name` */
  readonly flag?: string
  /** variables of other programs that are read too, after our own: `OTHER_API_KEY` */
  readonly env?: readonly string[]
  /** on text only: a secret, which may be written `env:NAME` or `file:PATH` and prints as `***` */
  readonly secret?: boolean
  /** on a number only: it counts milliseconds or bytes, and is written `500ms` `12s` `5m` `1h` or `64KiB` `1MiB` */
  readonly unit?: Unit
  /** other ways to say it, whose values differ */
  readonly spellings?: readonly Alias[]
}

export type Unit = 'duration' | 'size'

/**
 * Another name for a setting that does not take the same values. With a text as `value` it is a switch: when it is on,
 * the setting has that value. With a table it takes the table's keys.
 */
export type Alias = {
  /** without dashes: `logging.debug` */
  readonly flag?: string
  readonly env?: string
  /** a key of the file, with its table: `logging.debug` */
  readonly key?: string
  readonly value: string | Readonly<Record<string, string>>
}

declare module 'zod' {
  // Lets the compiler check what an author writes in `.meta()`.
  interface GlobalMeta extends SettingMeta {}
}
