/**
 * Node's `http` and `https`, for code that sends requests. An `import` of them loads undici, a second HTTP client, because
 * the import reads each export and Node makes `WebSocket` and its events when they are read: twice the time of a start, and
 * 17 MB.
 */
export const http = process.getBuiltinModule('node:http')
export const https = process.getBuiltinModule('node:https')
