import { forgetDriverVariables } from './config.ts'

forgetDriverVariables()
const { serve } = await import('./app/serve.ts')
await serve()
