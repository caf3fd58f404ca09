// The model server belongs to the testing kit.
export * from '#dist/testing/behaviour.js'
export * from '#dist/testing/model-replies.js'
export * from '#dist/testing/model-server.js'
