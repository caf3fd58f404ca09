import { sdkOf } from '#dist/app/sdk.js'

/** What the host passes to plugins. */
export const sdk = sdkOf()
