/**
 * A field that the SDK hashes, with what a hash needs to know of its declared type where the JSON does not tell:
 * `as: 'float'` an integer token hashes as a float; `absent` the JSON text hashed when the key is missing (the
 * field's default); `keys` the field order of a nested model.
 */
export type HashField =
  | string
  | { readonly name: string; readonly as?: 'float'; readonly absent?: string; readonly keys?: readonly string[] }
