import pg from 'pg'
import { UrlUnusable } from './database-error.ts'

/** One connection, not begun yet. Fails with UrlUnusable where the driver cannot read what the URL says or names. */
export function newClient(config: pg.ClientConfig): pg.Client {
  try {
    return new pg.Client(config)
  } catch (error) {
    throw new UrlUnusable(error)
  }
}
