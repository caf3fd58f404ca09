/**
 * Node's `http` and `https`. An `import` of them loads undici, a second HTTP client, because the import reads each export and
 * Node makes `WebSocket` and its events when they are read: that alone takes longer than `node -e 0`.
 */
export const http = process.getBuiltinModule('node:http')
export const https = process.getBuiltinModule('node:https')
