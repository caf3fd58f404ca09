import { dendriteDropped, legacyCaps, legacyStoreFull } from '../legacy-nonces.js'

/**
 * Spends a legacy nonce as `LegacyNonces` does. A hash for each hotkey has a field for each dendrite: nonce, time when it was
 * made, and time of its use, each of 20 digits, so that they compare as text; and `dropped`. A set has all hotkeys.
 */
export const LEGACY = `local known = redis.call('HGET', KEYS[1], ARGV[1])
if known and ARGV[2] <= string.sub(known, 1, 20) then return 'spent' end
if not known then
  local dropped = redis.call('HGET', KEYS[1], 'dropped')
  if dropped and ARGV[3] <= dropped then return 'dropped' end
  if redis.call('SISMEMBER', KEYS[2], KEYS[1]) == 0 and redis.call('SCARD', KEYS[2]) >= tonumber(ARGV[6]) then return 'full' end
  redis.call('SADD', KEYS[2], KEYS[1])
  local all = redis.call('HGETALL', KEYS[1])
  local count, oldest, value = 0, nil, nil
  for at = 1, #all, 2 do
    if all[at] ~= 'dropped' then
      count = count + 1
      if not oldest or string.sub(all[at + 1], 41) < string.sub(value, 41) then oldest, value = all[at], all[at + 1] end
    end
  end
  if count >= tonumber(ARGV[5]) then
    local made = string.sub(value, 21, 40)
    redis.call('HDEL', KEYS[1], oldest)
    if not dropped or made > dropped then redis.call('HSET', KEYS[1], 'dropped', made) end
  end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ARGV[3] .. ARGV[4])
return 'first'`

/** Returns the arguments of the script. @param dendrite identifies it within its hotkey */
export function legacyArguments(
  dendrite: string,
  times: { readonly signedAtNs: bigint; readonly madeAtNs: bigint; readonly nowMs: number },
): readonly string[] {
  const { signedAtNs, madeAtNs, nowMs } = times
  const digits = [signedAtNs, madeAtNs, Math.floor(nowMs)].map(time => String(time).padStart(20, '0'))
  return [dendrite, ...digits, String(legacyCaps.dendrites), String(legacyCaps.hotkeys)]
}

/**
 * Reads the reply of the script.
 *
 * @returns whether it spent the nonce
 * @throws {Refusal} NOT_VERIFIED · LEGACY_STORE_FULL
 */
export function readLegacyReply(reply: unknown): boolean {
  if (reply === 'dropped') throw dendriteDropped()
  if (reply === 'full') throw legacyStoreFull()
  return reply === 'first'
}
