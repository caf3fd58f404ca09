import type { KeyUri } from './keys.ts'

/** A request that is being made. Edits change it in place. */
export type Draft = {
  method: string
  target: string
  version: string
  headers: [name: string, value: string][]
  body: Buffer
  signing: Signing
  framing: Framing
}

/** What is signed, and by whom. */
export type Signing = {
  by: KeyUri
  receiver: KeyUri
  /** how far the nonce is ahead of now */
  aheadMs: number
  /** the nonce counts from a boot, as those of SDK 6.0 to 7.1 do */
  isLegacy: boolean
  /** how the header spells the nonce, with `#` for its digits */
  nonce: string
  uuid: string
  /** in place of the body's hash */
  hash: string | null
  /** around the signed text, with `#` for that */
  text: string
}

/** How the body is framed. */
export type Framing = {
  /** the value of each `content-length`, with `#` for the length of the body; empty: there is none */
  lengths: string[]
  /** the bytes of each chunk but the last; null: the body goes out as it is */
  chunks: number | null
  /** how a chunk's size is spelled, with `#` for its hexadecimal digits */
  size: string
  /** after the last chunk */
  trailer: string
}

export function newDraft(method: string, target: string, headers: [string, string][], body: Buffer): Draft {
  return {
    method,
    target,
    version: 'HTTP/1.1',
    headers,
    body,
    signing: {
      by: '//Alice',
      receiver: '//Bob',
      aheadMs: 0,
      isLegacy: false,
      nonce: '#',
      uuid: 'f3c1b0de-8a52-11ee-8c99-0242ac120002',
      hash: null,
      text: '#',
    },
    framing: { lengths: ['#'], chunks: null, size: '#', trailer: '' },
  }
}

/** The value of a header; the first, where there are several. */
export function headerOf(draft: Draft, name: string): string {
  return draft.headers.find(([own]) => own === name)?.[1] ?? ''
}

/** Sets every header of that name, or adds one. */
export function setHeader(draft: Draft, name: string, value: string): void {
  const found = draft.headers.filter(([own]) => own === name)
  for (const header of found) header[1] = value
  if (found.length === 0) draft.headers.push([name, value])
}
