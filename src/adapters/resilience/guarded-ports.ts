import type { BrandRegistry } from '../../ports/brand-registry.ts'
import type { Carrier } from '../../ports/carrier.ts'
import type { Mail } from '../../ports/mail.ts'
import type { Outcome } from '../../ports/outcome.ts'
import type { Payments } from '../../ports/payments.ts'
import type { TemplateReviewer } from '../../ports/template-review.ts'
import type { Whatsapp } from '../../ports/whatsapp.ts'
import type { Guard } from './guard.ts'

type Call<R, T> = (request: R) => Promise<Outcome<T>>

/** The same call, run by the guard. */
function through(guard: Guard) {
  return <R extends { signal?: AbortSignal }, T>(call: Call<R, T>): Call<R, T> =>
    (request) =>
      guard.run(request.signal, (signal) => call({ ...request, signal }))
}

export function guardedPayments(port: Payments, guard: Guard): Payments {
  const guarded = through(guard)
  return {
    name: port.name,
    isSimulated: port.isSimulated,
    attachCard: guarded((request) => port.attachCard(request)),
    detachCard: guarded((request) => port.detachCard(request)),
  }
}

export function guardedWhatsapp(port: Whatsapp, guard: Guard): Whatsapp {
  const guarded = through(guard)
  return {
    name: port.name,
    isSimulated: port.isSimulated,
    verifyAccount: guarded((request) => port.verifyAccount(request)),
    registerNumber: guarded((request) => port.registerNumber(request)),
    subscribeApp: guarded((request) => port.subscribeApp(request)),
    templates: port.templates === null ? null : guardedReviewer(port.templates, guard),
  }
}

function guardedReviewer(reviewer: TemplateReviewer, guard: Guard): TemplateReviewer {
  const guarded = through(guard)
  return {
    submitTemplate: guarded((request) => reviewer.submitTemplate(request)),
    findReview: guarded((request) => reviewer.findReview(request)),
  }
}

export function guardedMail(port: Mail, guard: Guard): Mail {
  return {
    name: port.name,
    isSimulated: port.isSimulated,
    send: through(guard)((request) => port.send(request)),
  }
}

export function guardedBrandRegistry(port: BrandRegistry, guard: Guard): BrandRegistry {
  const guarded = through(guard)
  return {
    name: port.name,
    isSimulated: port.isSimulated,
    hasVetting: port.hasVetting,
    takesMocks: port.takesMocks,
    changeableInCampaign: port.changeableInCampaign,
    fees: () => port.fees(),
    submitBrand: guarded((request) => port.submitBrand(request)),
    updateBrand: guarded((request) => port.updateBrand(request)),
    revetBrand: guarded((request) => port.revetBrand(request)),
    findBrand: guarded((request) => port.findBrand(request)),
    readBrand: guarded((request) => port.readBrand(request)),
    readFeedback: guarded((request) => port.readFeedback(request)),
    orderVetting: guarded((request) => port.orderVetting(request)),
    readVetting: guarded((request) => port.readVetting(request)),
    readAuthentication: guarded((request) => port.readAuthentication(request)),
    resendAuthentication: guarded((request) => port.resendAuthentication(request)),
    submitCampaign: guarded((request) => port.submitCampaign(request)),
    updateCampaign: guarded((request) => port.updateCampaign(request)),
    findCampaign: guarded((request) => port.findCampaign(request)),
    readCampaign: guarded((request) => port.readCampaign(request)),
    shareCampaign: guarded((request) => port.shareCampaign(request)),
    deactivateCampaign: guarded((request) => port.deactivateCampaign(request)),
  }
}

export function guardedCarrier(port: Carrier, guard: Guard): Carrier {
  const guarded = through(guard)
  const lookUpNumber = port.lookUpNumber?.bind(port)
  return {
    name: port.name,
    isSimulated: port.isSimulated,
    findMessagingProfile: guarded((request) => port.findMessagingProfile(request)),
    createMessagingProfile: guarded((request) => port.createMessagingProfile(request)),
    connectNumber: guarded((request) => port.connectNumber(request)),
    assignCampaign: guarded((request) => port.assignCampaign(request)),
    readAssignment: guarded((request) => port.readAssignment(request)),
    ...(lookUpNumber === undefined ? {} : { lookUpNumber: guarded(lookUpNumber) }),
  }
}
