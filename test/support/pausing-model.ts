import { type Behaviour, streamed } from './model-server.ts'

/** A model that streams `Hel`, and `lo` as soon as `goOn` is called. */
export function pausing(): { readonly behaviour: Behaviour; readonly goOn: () => void } {
  const { promise, resolve: goOn } = Promise.withResolvers<void>()
  const pieces = async function* () {
    yield 'Hel'
    await promise
    yield 'lo'
  }
  return { behaviour: streamed(pieces()), goOn }
}
