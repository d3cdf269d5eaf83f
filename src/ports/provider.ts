/** What there is to know about a provider before it is used: for `letterhead doctor` and the documentation. Data only. */
export interface ProviderDescriptor {
  port: 'payments' | 'whatsapp' | 'mail' | 'brandRegistry' | 'carrier'
  /** The value of the port's own variable that selects this provider, for example `PAYMENTS=stripe`. */
  name: string
  title: string
  isSimulated: boolean
  /** Environment variables that concern this provider alone; the table in the configuration describes them. */
  variables: readonly string[]
  links: readonly { title: string; url: string }[]
}
