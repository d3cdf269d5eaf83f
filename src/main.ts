import { forgetDriverVariables } from './config/index.ts'

forgetDriverVariables()
const { serve } = await import('./app/serve.ts')
await serve()
