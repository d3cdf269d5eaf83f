import type Stripe from 'stripe'

/** Members of requests to Stripe as its own package has them; TypeScript proves each table equal to the type. */
type Members<T> = Record<keyof T, true>

const METHOD: Members<Stripe.PaymentMethodCreateParams> = {
  acss_debit: true,
  affirm: true,
  afterpay_clearpay: true,
  alipay: true,
  allow_redisplay: true,
  alma: true,
  amazon_pay: true,
  au_becs_debit: true,
  bacs_debit: true,
  bancontact: true,
  billie: true,
  billing_details: true,
  bizum: true,
  blik: true,
  boleto: true,
  card: true,
  cashapp: true,
  crypto: true,
  custom: true,
  customer: true,
  customer_balance: true,
  eps: true,
  expand: true,
  fpx: true,
  giropay: true,
  grabpay: true,
  ideal: true,
  interac_present: true,
  kakao_pay: true,
  klarna: true,
  konbini: true,
  kr_card: true,
  link: true,
  mb_way: true,
  metadata: true,
  mobilepay: true,
  multibanco: true,
  naver_pay: true,
  nz_bank_account: true,
  oxxo: true,
  p24: true,
  pay_by_bank: true,
  payco: true,
  payment_method: true,
  paynow: true,
  paypal: true,
  paypay: true,
  payto: true,
  pix: true,
  promptpay: true,
  radar_options: true,
  revolut_pay: true,
  samsung_pay: true,
  satispay: true,
  scalapay: true,
  sepa_debit: true,
  sequra: true,
  sofort: true,
  sunbit: true,
  swish: true,
  twint: true,
  type: true,
  upi: true,
  us_bank_account: true,
  wechat_pay: true,
  zip: true,
}

const CARD: Members<Stripe.PaymentMethodCreateParams.Card> = {
  cvc: true,
  exp_month: true,
  exp_year: true,
  networks: true,
  number: true,
  token: true,
}

const BILLING: Members<Stripe.PaymentMethodCreateParams.BillingDetails> = {
  address: true,
  email: true,
  name: true,
  phone: true,
  tax_id: true,
}

const CUSTOMER: Members<Stripe.CustomerCreateParams> = {
  address: true,
  balance: true,
  business_name: true,
  cash_balance: true,
  description: true,
  email: true,
  expand: true,
  individual_name: true,
  invoice_prefix: true,
  invoice_settings: true,
  metadata: true,
  name: true,
  next_invoice_sequence: true,
  payment_method: true,
  phone: true,
  preferred_locales: true,
  shipping: true,
  source: true,
  tax: true,
  tax_exempt: true,
  tax_id_data: true,
  test_clock: true,
  validate: true,
}

const CUSTOMER_CHANGE: Members<Stripe.CustomerUpdateParams> = {
  address: true,
  balance: true,
  business_name: true,
  cash_balance: true,
  default_source: true,
  description: true,
  email: true,
  expand: true,
  individual_name: true,
  invoice_prefix: true,
  invoice_settings: true,
  metadata: true,
  name: true,
  next_invoice_sequence: true,
  phone: true,
  preferred_locales: true,
  shipping: true,
  source: true,
  tax: true,
  tax_exempt: true,
  validate: true,
}

const INVOICES: Members<Stripe.CustomerUpdateParams.InvoiceSettings> = {
  custom_fields: true,
  default_payment_method: true,
  footer: true,
  rendering_options: true,
}

const ATTACHING: Members<Stripe.PaymentMethodAttachParams> = { customer: true, customer_account: true, expand: true }

/** By the step of the fake: the members, and those of the members that have their own. Others are not looked into. */
const STEPS: Readonly<Record<string, { top: object; nested: Readonly<Record<string, object>> }>> = {
  create_method: { top: METHOD, nested: { card: CARD, billing_details: BILLING } },
  create_customer: { top: CUSTOMER, nested: {} },
  choose_default: { top: CUSTOMER_CHANGE, nested: { invoice_settings: INVOICES } },
  attach: { top: ATTACHING, nested: {} },
}

/** The first member of a form, as `card[number]`, that Stripe does not have; null for none. */
export function unknownToStripe(step: string, form: Record<string, string>): string | null {
  const { top, nested } = STEPS[step] ?? { top: {}, nested: {} }
  const isUnknown = (name: string) => {
    const [member = '', inner] = name.split(/[[\]]/)
    if (!Object.hasOwn(top, member)) return true
    const members = nested[member]
    return inner !== undefined && members !== undefined && !Object.hasOwn(members, inner)
  }
  return Object.keys(form).find(isUnknown) ?? null
}
