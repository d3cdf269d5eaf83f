/** What to do about the address of an endpoint that this server would not call. */
export const ADDRESS_HINT =
  'Give an https address on a port that this server allows, without credentials, that leads to a public host. To receive on your own machine, start the server with WEBHOOKS_ALLOW_PRIVATE=on, which production refuses.'
