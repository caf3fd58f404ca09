import * as z from 'zod'

/** The hotkey that the miner serves. Coldkeys are never opened. */
export const makeWalletSettings = () =>
  z.object({
    name: z
      .string()
      .min(1)
      .default('default')
      .describe('name of the wallet')
      .meta({ flag: 'wallet-name', env: ['BT_WALLET_NAME'] }),
    hotkey: z
      .string()
      .min(1)
      .default('default')
      .describe('name of the hotkey in the wallet')
      .meta({ flag: 'wallet-hotkey', env: ['BT_WALLET_HOTKEY'] }),
    path: z
      .string()
      .min(1)
      .default('~/.bittensor/wallets')
      .describe('folder that holds the wallets')
      .meta({ flag: 'wallet-path', env: ['BT_WALLET_PATH'] }),
    password: z
      .string()
      .min(1)
      .optional()
      .describe('password of an encrypted hotkey; prompted for on a terminal when needed and not set')
      .meta({ flag: 'wallet-password', secret: true }),
  })
