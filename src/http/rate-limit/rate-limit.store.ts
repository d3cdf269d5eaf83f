import { statement } from '../../db/statement.ts'

/** One row a customer and class: how much of the current window the instances have leased together (decision 24). */
export interface LeaseRow {
  leased: number
  window_start: number
  seconds_left: number
}

// The window is the database's minute, so all instances agree on it. What is leased may pass the limit; the lessee
// works out from the sum how much of its block lies within. A window that begins more than a minute ahead was written by a clock
// that was wrong, and is none: it would count against its customer until its time has come.
const IS_OF_NOW = 'w.window_start between excluded.window_start and excluded.window_start + 1'
export const leaseBlock = statement<LeaseRow>(
  'lease_rate_block',
  `insert into rate_windows as w (organization_id, customer_id, rate_class, window_start, leased)
   values ($1, $2, $3, floor(extract(epoch from clock_timestamp()) / 60)::bigint, $4)
   on conflict (organization_id, customer_id, rate_class) do update
     set leased = case when ${IS_OF_NOW} then w.leased + excluded.leased else excluded.leased end,
         window_start = case when ${IS_OF_NOW} then w.window_start else excluded.window_start end
   returning w.leased, w.window_start,
             greatest(0, (w.window_start + 1) * 60 - extract(epoch from clock_timestamp()))::double precision as seconds_left`,
)
