import { anyOf } from './any-of.ts'

/** Words and phrases with commas between them. */
function words(list: string): RegExp {
  return anyOf(list.trim().split(/,\s*/))
}

/** What a sample of each use case speaks of. One word is enough; a use case that is not here takes any sample. */
export const FITTING: Readonly<Record<string, RegExp>> = {
  ACCOUNT_NOTIFICATION: words(String.raw`
    \[?(?:date|day|time)\]?, \d{1,2}(?::\d\d)? ?[ap]\.?m, (?:mon|tues|wednes|thurs|fri|satur|sun)day, back, received, approved, complete[d]?,
    accounts?, payments?, paid, pay, statements?, balance, bills?, billing, invoices?, due, appointments?, reminders?, reminding, remind,
    bookings?, booked, reserv\w+, subscriptions?, renew\w*, passwords?, profile, memberships?, members?, orders?, deposits?, receipts?,
    confirm\w*, scheduled?, visits?, expir\w+, policy, plan, updates?, updated, application, results?, prescriptions?, refills?, ready, claims?,
    loans?, tickets?, shifts?, class(?:es)?, sessions?, lessons?, documents?, files?, usage, transactions?, withdraw\w+, transfers?, cards?,
    registration, registered, enrol\w*, service, tomorrow, today, rent, lease, maintenance, meter, inspection, pick ?up, check ?in, closed,
    closing, opens?, cancel(?:l)?ed, rescheduled?, moved, late, hold, library, points, rewards, sign in, log in, status, signed, filed,
    refunds?, credit(?:ed|s)?, autopay, outage, crew, practice, notice, available, starts?, begins?`),
  CUSTOMER_CARE: words(String.raw`
    help\w*, support, questions?, tickets?, cases?, agents?, repl(?:y|ied), respond\w*, follow\w*, feedback, service, appointments?, assist\w*,
    thanks?, thank you, reach\w*, issues?, problems?, requests?, team, technicians?, quotes?, estimates?, repairs?, answer\w*, call(?:ed|ing)?
    (?:you|us|back), contact\w*, inquir\w+, enquir\w+, rate, resolved?, warranty, refunds?, returns?, chat, concerns?, visit, order, advis\w+,
    specialists?, representatives?, schedule\w*, ready, looking into, update`),
  DELIVERY_NOTIFICATION: words(String.raw`
    deliver\w*, ship\w*, packages?, parcels?, orders?, couriers?, drivers?, arriv\w+, track\w*, pick ?ups?, on (?:its|the|our|their) way, out
    for, dispatch\w*, shipment, route, box, ready, stops? away, left at, porch, doorstep, eta, carrier, transit, bouquet, furniture, freight,
    drop(?:ped)? off, truck, en route, warehouse, loaded`),
  FRAUD_ALERT: words(String.raw`
    fraud\w*, suspicious, unusual, transactions?, charges?, charged, cards?, verif\w+, recogni[sz]e\w*, did you, was this you, purchases?,
    attempt\w*, unauthori[sz]ed, declined, locked, blocked, scam\w*, withdrawals?, transfers?, wire, stolen, account, spent, payment, check,
    flagged, held`),
  SECURITY_ALERT: words(String.raw`
    secur\w+, sign(?:ed)? in, sign ins?, log(?:ged)? in, log ?ins?, passwords?, devices?, unauthori[sz]ed, alarms?, breach\w*, access\w*,
    locked, unlocked, intru\w+, sensors?, cameras?, motion, doors?, suspicious, verif\w+, reset, armed, disarmed, windows?, smoke, keypad, gate,
    changed, alert, code, account, keys?, revoke\w*, tripped, triggered`),
  HIGHER_EDUCATION: words(String.raw`
    campus, class(?:es)?, courses?, enrol\w*, registr\w+, tuition, students?, semesters?, financial aid, fafsa, universit\w+, college, exams?,
    finals, advis\w+, admission\w*, appl(?:y|ications?|ied), orientation, professors?, faculty, dorms?, residence, residency, housing,
    librar\w+, graduat\w+, commencement, degree, transcripts?, term, credits?, scholarships?, lectures?, major, deadlines?, tutor\w*, quarter,
    dean, grades?, lab, scholars?, seminar, study, bursar, registrar, alumni, department, weather, closed, event, career, fair`),
  MARKETING: words(String.raw`
    \S* ?off, sales?, sav(?:e|es|ings?), new, offers?, deals?, discounts?, shop\w*, code, free, specials?, events?, tickets?, join,
    exclusive\w*, launch\w*, menu, collections?, just (?:in|landed|arrived), coupons?, promo\w*, gifts?, early access, members?, book, reserve,
    try, order, half, bogo, prices?, grand opening, now open, season\w*, summer, winter, spring, fall, holiday, class(?:es)?, workshops?, tasting, arriv\w+,
    invite\w*, this week(?:end)?, tonight, today, limited, enjoy, celebrat\w+, restock\w*, back in, treat, rewards?, points, show, vip, concert,
    flavou?rs?, fresh, pre ?order, weekend, don't miss, only`),
  POLLING_VOTING: words(String.raw`
    polls?, vot(?:e|es|ed|ing), surveys?, rate, rating, repl(?:y|ies), opinions?, choose, answers?, feedback, favou?rite, pick, which,
    questions?, prefer\w*, choice, result, scale, tell us, would you`),
  PUBLIC_SERVICE_ANNOUNCEMENT: words(String.raw`
    public, health, weather, notices?, advisor(?:y|ies), roads?, streets?, clos\w+, clinics?, vaccin\w*, shots?, free, communit\w+, safety,
    safe, water, reminders?, recycl\w*, trash, collection, open\w*, shelters?, cooling, warming, awareness, screenings?, city, county, town,
    residents?, alerts?, outage, boil, burn, fire, flu, air quality, heat, storm, snow, emergency, blood, food, transit, bus, library, meeting,
    hotline, program, help, service, announcement, tips?, prevent\w*, check`),
}
