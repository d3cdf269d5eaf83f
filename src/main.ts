import { forgetDriverVariables } from './config.ts'

forgetDriverVariables()
const { serve } = await import('./serve.ts')
await serve()
