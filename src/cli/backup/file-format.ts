/**
 * The file of a backup: one line that names the format, then frames. A frame is one byte of kind, four bytes of length
 * (big-endian), and that many bytes. In order: a header; for each table its name and columns, its rows as COPY's text
 * format in frames of at most 64 KiB, and their number; a trailer with the number of rows of every table; and the
 * SHA-256 of every byte before it. A file that was cut short or changed anywhere does not read to its end.
 */

export const FORMAT_LINE = 'LETTERHEAD-BACKUP 1\n'
export const FRAME_BYTES_MAX = 65_536

/** JSON frames are small: the largest lists the columns of one table. */
export const JSON_BYTES_MAX = 1_048_576

export const KIND = { header: 'H', table: 'T', rows: 'D', end: 'E', trailer: 'Z', hash: 'S' } as const
export type Kind = keyof typeof KIND

/** What can be known of a backup without its rows. Holds ids of keys, never keys. */
export interface BackupHeader {
  format_version: 1
  schema_version: number
  created_at: string
  /** The sealing keys that the rows need. */
  sealing_keys: string[]
  /** A keyed hash of nothing: equal under the same KEY_PEPPER, and telling nothing about it. */
  pepper_check: string
}

export interface TableStart {
  table: string
  columns: string[]
}

export type RowCounts = Record<string, number>
