import { anyOf } from './any-of.ts'

/** What a description of the opt-in says, or fails to say. */

/** A way in which people can say yes. */
export const WAYS = anyOf([
  'forms?',
  'box(?:es)?',
  'check ?box(?:es)?',
  'check(?:s|ed|ing)?',
  'tick(?:s|ed|ing)?',
  'press(?:es|ed|ing)?',
  'click(?:s|ed|ing)?',
  'tap(?:s|ped|ping)?',
  'enter(?:s|ed|ing)?',
  'submit(?:s|ted|ting)?',
  'switch(?:es|ed)?',
  'toggles?',
  'pages?',
  'pop ?ups?',
  'keywords?',
  'text(?:s|ing)? "?[A-Z]{2,}',
  'QR',
  'paper',
  'cards?',
  'calls?',
  'calling',
  'scripts?',
  'asks?',
  'asked',
  'kiosks?',
  'in person',
  'apps?',
  'sign(?:s|ed|ing)? up',
  'signs?',
  'sign ups?',
  'join(?:s|ed|ing)?',
  'subscrib\\w+',
  'regist\\w+',
  'enrol\\w*',
  'opt(?:s|ed|ing)? in',
  'opt ins?',
  'web ?sites?',
  'online',
  'verbal(?:ly)?',
  'phone',
  'check ?out',
  'intake',
  'application',
  'agreement',
])

/** A way in that leads through a page. */
export const WEB_WAY =
  /\b(?:web[- ]?sites?|web[- ]?pages?|web[- ]?forms?|on-?line|home ?pages?|landing pages?|internet|web)\b|\b(?:checkout|check-out|sign[- ]?up|signup|booking|registration|contact|order|account|opt[- ]?in|subscription|appointment|scheduling|profile|settings|download|quote|request)\s+(?:page|form)s?\b(?! on paper)|(?<!job |work |construction |on-|on |off-|building |camp)\b(?:sites?|pages?)\b(?! (?:visit|manager|of))|\b(?:at|during) (?:the )?(?:online )?checkout\b/i
/** What takes the place of a page. */
export const OFFLINE_FORM =
  /\b(?:paper|printed|clipboard|hard ?copy|front desk|in[- ]person|at the (?:counter|register|desk|office|reception|store|shop))\b/i

/** Signing in, or an app, as a step of the way in. The nouns "sign-in code" and "log-in alert" are none. */
export const GATED = new RegExp(
  [
    String.raw`\b(?:logs?|logged|logging)[ -]?(?:in|on)(?:to)?\b(?![ -]?(?:codes?|alerts?|attempts?|notifications?|verification|links?|details))`,
    String.raw`\b(?:signs?|signed|signing)[ -]in(?:to)?\b(?![ -]?(?:codes?|alerts?|attempts?|sheets?|notifications?|verification|links?))`,
    String.raw`\b(?:after|behind|requires?|once|needs?|with|their|a|the|using) (?:an? |their |the )?(?:log-?in|sign-in|password|credentials)\b(?![ -]?(?:codes?|alerts?|attempts?|sheets?))`,
    String.raw`\bpass(?:words?|codes?)\b`,
    String.raw`\bportals?\b`,
    String.raw`\b(?:install|installs|installing|download|downloads|downloading|open|opens|opening|launch|launches)\s+(?:our|the|their|a|\w+['\u2019]s)?\s*(?:\w+ ){0,2}(?:app|application)\b`,
    String.raw`\b(?:in|inside|within|through|via|from|on|using) (?:our|the|their|its|a) (?:\w+ ){0,2}(?:mobile )?app\b`,
    String.raw`\b(?:in|inside|within)[- ]app\b`,
    String.raw`\b(?:open|opens|go to|goes to|under|in|visit|visits|from) (?:the |their |your |account |app |profile )*(?:settings|preferences|dashboard)\b`,
    String.raw`\bmembers?[- ](?:only|area)\b`,
    String.raw`\baccount holders? (?:can|may) (?:turn|switch|enable)\b`,
  ].join('|'),
  'i',
)
/** A picture of what nobody can open without an account. */
export const PICTURE = /\.(?:png|jpe?g|gif|webp|pdf)(?:$|[?#])|screen-?shots?|imgur|screenshot/i

export const TEXTING = /\b(?:sms|mms|texts?|texting|texted|text[- ]messag\w*)\b/i

const COUNT = String.raw`(?:\d+(?:\s*(?:-|\u2013|to|or)\s*\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|several|a few|a couple(?: of)?|a single|a handful(?: of)?)`
/** How often: a count for a time or an occasion, or a word for it. */
export const FREQUENCY = new RegExp(
  [
    String.raw`\b(?:frequenc(?:y|ies)|msg ?freq\w*|recurring|daily|weekly|monthly|bi-?weekly|fortnightly|quarterly|nightly|hourly|yearly|annually)\b`,
    String.raw`\b(?:once|twice|thrice)\s+(?:or twice\s+)?(?:a|an|per|each|every|in a|during|before|after|for)\b`,
    String.raw`\b${COUNT}\s+(?:[\w-]+\s+){0,5}?(?:per|a|an|each|every|around|about|before|after|for each|for every|in any|within|when|whenever|in a|during)\b`,
    String.raw`\b(?:only|just|at most|no more than|up to|around|about|at least|never more than|fewer than|less than)\s+(?:once|twice|${COUNT})\b`,
    String.raw`\b(?:for|with|after|before|around|on|at) (?:each|every) (?:\w+ )?(?:order|appointment|visit|booking|delivery|purchase|payment|reservation|class|session|shipment|bill|invoice|login|log-in|sign-in|request|trip|ride|service|ticket|case|event|refill|transaction|statement|game|match|shift|job|stage|step|stop|time)\b`,
    String.raw`\b${COUNT}\s+(?:\w+\s+){0,3}(?:messages?|texts?|msgs?|sms|alerts?|reminders?|updates?|notifications?)\s*(?:/|per|monthly|weekly|daily|max|maximum|total|in all)`,
    String.raw`\b(?:one|single)[- ](?:time|off)\b`,
    String.raw`\b(?:messages?|texts?|volume|number of (?:texts|messages)|how (?:often|many))\b[^.]{0,30}\b(?:var(?:y|ies)|depends?|differs?)\b`,
    String.raw`/\s?(?:mo|month|week|wk|day)\b`,
  ].join('|'),
  'i',
)

export const RATES =
  /\b(?:rates?|charges?|fees?|costs?)\b[^.]{0,40}\b(?:appl(?:y|ies)|incur)|\b(?:data|messag(?:e|es|ing)|msg|msgs|carrier|carrier['\u2019]s|text(?:ing)?|sms|plan|standard|normal|usual|operator)\b[^.]{0,25}\b(?:rates?|charges?|fees?|costs?)\b|\b(?:carriers?|operators?|phone (?:plan|company)|provider|mobile plan)\b[^.]{0,25}\b(?:may|might|could|can) (?:charge|bill)\b/i
const HELP_ANY_CASE =
  /\b(?:texts?|repl(?:y|ies|ying)|sends?|sending|respond|answer(?:ing)?|txt|texting)\b[^.]{0,25}\bhelp\b/i
const STOP_ANY_CASE =
  /\b(?:texts?|repl(?:y|ies|ying)|sends?|sending|respond(?:ing)?|answer(?:ing)?|txt|texting|type|word|keyword)\b[^.]{0,30}\b(?:stop|unsubscribe|end|quit|cancel)\b/i

export function saysHelp(text: string): boolean {
  return /\bHELP\b/.test(text) || HELP_ANY_CASE.test(text)
}

export function saysStop(text: string): boolean {
  return /\bSTOP\b/.test(text) || STOP_ANY_CASE.test(text)
}

/** A way out in a message as it will be sent. */
export function saysOptOut(text: string): boolean {
  return (
    saysStop(text) ||
    /\bopt(?:ing)?[- ]?out\b|\bunsubscribe\b|\b(?:text|reply|send)\s+"?(?:END|QUIT|CANCEL|OPTOUT|REVOKE)\b/i.test(text)
  )
}

const TERMS = `(?:terms|conditions|privacy|polic(?:y|ies)|t&cs?|tos|agreement|contract|lease|waiver)`
const TEXTS = `(?:texts?|sms|text messages?|messages|messaging|texting)`

/** Said for people before they say it: a box that is ticked, a silence that counts. */
export const PRESET = new RegExp(
  [
    String.raw`(?<!un-|not )\bpre-?\s?(?:checked|ticked|selected|filled|marked|set|enabled|chosen|populated)\b`,
    String.raw`\balready (?:checked|ticked|selected|marked|turned on|switched on|enabled|filled in|opted[- ]in)\b`,
    String.raw`(?<!un-|un|not |never )\b(?:checked|ticked|selected|enabled|on|active|activated|switched on|turned on|opted[- ]in|subscribed|enrolled|marked|yes|in) (?:by|as (?:a|the)) default\b`,
    String.raw`\bdefaults? (?:is |are |setting is |to )?(?:set )?(?:to )?(?:on|checked|ticked|yes|opted[- ]in|selected|enabled|subscribed)\b`,
    String.raw`(?<!empty |blank |unchecked |unticked |off |clear |unselected |un-ticked )\bby default[^.:"\u201c]{0,40}\b(?:checked|ticked|selected|enrolled|opted[- ]in|subscribed|signed up|added|receive|on|included)\b`,
    String.raw`\b(?:enrolled|subscribed|opted[- ]in|added|receives?|signed up|included|texted)\b[^.]{0,40}\bby default\b`,
    String.raw`\bwith a (?:tick|check ?mark|check|cross|mark) (?:already )?(?:in|inside) (?:it|the box)\b`,
    String.raw`\b(?:comes?|arrives?|starts?|shows? up|appears?|loads?|opens?|is displayed|is shown|begins?)(?: out| up)? (?:already )?(?:checked|ticked|selected|marked|switched on|turned on|filled in)\b`,
    String.raw`\b(?:box|checkbox|option|toggle|switch)\b[^.]{0,30}\b(?:is|are|has been|was) (?:already |pre-?)?(?:checked|ticked|selected|turned on|switched on|filled in)\b(?! (?:by the|by each|by (?:customers?|users?|you|them)|before|to))`,
    String.raw`\b(?:untick|uncheck|deselect|unselect|untoggle)(?:s|ing)?\b[^.]{0,30}\b(?:box|it|option|to (?:avoid|decline|refuse|opt))`,
    String.raw`\b(?:unless|until) (?:they|you|the (?:customer|user|client|guest|patient|member)s?|people|someone|he or she) (?:\w+ )?(?:untick|uncheck|opts? out|tells?|says? (?:no|otherwise)|objects?|declines?|deselect|asks? us)`,
  ].join('|'),
  'i',
)
export const AUTOMATIC = new RegExp(
  [
    String.raw`\bauto(?:matic(?:ally)?)?[- ](?:\w+ ){0,2}?(?:opt(?:s|ed)?[- ]?in|enrol\w*|sign(?:s|ed)?[ -]?up|subscrib\w*|add(?:s|ed)|agree\w*|consent\w*|includ\w*|join\w*|regist\w*|start\w*|begin\w*|receiv\w*|get\w*|put)\b(?![^.]{0,30}\b(?:confirm|welcome|receipt))`,
    String.raw`\b(?:opted[- ]in|enrolled|signed[- ]up|subscribed|added|included|registered|joined)\b[^.]{0,40}\b(?:automatically|at once without|right away without)\b`,
    String.raw`\b(?:every(?:one|body|\s\w+)|all(?: of)?(?: our)?|any(?:one|body)|whoever|each)\b[^.]{0,60}\b(?:is|are|gets?|will be|becomes?|goes)\b (?:then )?(?:automatically )?(?:opted|enrolled|added|subscribed|signed up|included|put|placed|entered|on (?:the|our))\b`,
  ].join('|'),
  'i',
)
const DOING = `(?:purchas|buy|order|pay|book|reserv|submitt|plac|complet|schedul|check|creat|register|us|visit|giv|provid|shar|hand|download|becom|call|rent|hir|enroll|sign|continu|proceed|shopp|do|leav|fill)ing`
/** An act of another purpose that is taken for a yes. */
export const IMPLIED = new RegExp(
  [
    String.raw`\b(?:counts?|treated|taken|considered|regarded|deemed|interpreted|understood|seen|viewed|serves?|works?|doubles?|stands?) (?:as|to be|for|in for)(?: \w+){0,2} (?:consent|agreement|permission|opt(?:ing)?[- ]?in|a yes|yes|approval|having agreed)\b`,
    String.raw`\b(?:constitutes?|implies|implied|equals?|amounts? to|signif(?:y|ies))(?: \w+){0,2} (?:consent|agreement|permission|opt(?:ing)?[- ]?in|approval)\b`,
    String.raw`\b(?:implied|implicit|assumed|presumed|passive) (?:consent|permission|opt[- ]?in)\b`,
    String.raw`\b(?:we|is|are) (?:assume|presume|take it|assumed|presumed)\b[^.]{0,60}\b(?:texts?|sms|messages?|consent|agree\w*|opt(?:ed)?[- ]?in)\b`,
    String.raw`\bconsent\b[^.]{0,20}\bis (?:assumed|implied|presumed|given (?:when|by) (?:buying|purchasing|ordering|paying|booking))\b`,
    String.raw`\b(?:by|when|upon|through|on) (?!check(?:ing)? (?:this|the|that|a|an|our)\b)(?:\w+ly )?${DOING}\b(?!\s+(?:the |this |that |our |an? )?(?:\w+ )?(?:box|checkbox))[^.]{0,70}\b(?:agrees?|consents?|opts?[- ]?in|authori[sz]es?|gives? (?:us )?(?:their )?(?:permission|consent)|agreeing|consenting|opting[- ]in|opted[- ]in)\b`,
    String.raw`\b(?:purchase|buying|order|ordering|payment|paying|booking|reservation|sale|visit|transaction|checkout|registration|account|submission|number)\b[^.]{0,40}\b(?:means?|signals?|shows?|indicates?)\b[^.]{0,30}\b(?:agrees?|agreed|consent\w*|opt(?:ed)?[- ]?in|permission|want(?:s)? texts|happy to)\b`,
    String.raw`\b(?:anyone|everyone|anybody|everybody|whoever|customers?|clients?|guests?|people|patients?|members?|those|shoppers?|buyers?)\b(?: \w+){0,2} who (?:buys?|orders?|pays?|books?|purchases?|shops?|gives? us|leaves?|visits?|calls?)\b[^.]{0,60}\b(?:has|have|is|are|will|gets?|starts?|begins?)\b[^.]{0,30}\b(?:agreed|consented|opted|enrolled|added|subscribed|signed up|texted|receiv\w+|getting|get)\b`,
  ].join('|'),
  'i',
)
/** Said beside the act, it leaves no doubt: nothing is asked. */
export const NO_BOX = /\b(?:no|without an?|not have an?) (?:\w+ )?(?:check ?-?box|box|opt-in|question)\b/i
/** One act for the terms and for the texts. */
export const BUNDLED = new RegExp(
  [
    String.raw`\b(?:agree(?:s|ing)?|accept(?:s|ed|ing)?|consent(?:s|ing)?|acknowledg(?:e|es|ing)|acceptance|agreement)\b(?: (?:to|with|of))?(?: both)? (?:to )?(?:the |our |these |your |its |their |all |both )?(?:[\w'\u2019]+ ){0,3}${TERMS}\b[^.]{0,80}\b(?:and|which|that|including|includes?|also|plus|as well as|along with|together with|,)\b[^.]{0,60}\b${TEXTS}\b`,
    String.raw`\b(?:agree(?:s|ing)?|accept(?:s|ing)?|consent(?:s|ing)?|opt(?:s|ing)? in)\b[^.]{0,80}\b${TEXTS}\b[^.]{0,60}\b(?:and|as well as|plus|along with)(?: also)? (?:(?:to|accept|agree to|agree with|consent to|accepting|agreeing to|accepts|agrees to) )(?:be bound by )?(?:the |our |its |these |all |your )?(?:[\w'\u2019]+ ){0,3}${TERMS}\b`,
    String.raw`\b${TERMS}\b[^.]{0,60}\b(?:include|includes|contain|contains|cover|covers|carry|carries|say|says|state|states|authori[sz]e[sd]?)\b[^.]{0,50}\b(?:consent|permission|agreement|agree\w*|opt[- ]?in|right to (?:text|send|message))\b`,
    String.raw`\b(?:accept\w*|agree\w*|sign\w*)\b[^.]{0,40}\b${TERMS}\b[^.]{0,60}\b(?:includes?|also (?:covers?|gives?|counts?|opts?|signs?|means?)|opts? (?:them|you|people|customers|users|guests)[- ]in|at the same time|in (?:one|the same|a single) (?:box|tick|click|step|checkbox))\b`,
    String.raw`\b(?:one|single|same|combined|shared) (?:check ?box|box|tick|click|signature|button)\b[^.]{0,60}\b(?:${TERMS}\b[^.]{0,50}\b${TEXTS}|${TEXTS}\b[^.]{0,50}\b${TERMS})\b`,
    String.raw`\b(?:consent|permission|opt[- ]?in|agreement)\b[^.]{0,40}\b(?:is|are) (?:part of|contained in|included in|bundled (?:in|with)|built into|found in|in|buried in|covered (?:by|in)|given (?:by|in|with|through))\b[^.]{0,30}\b${TERMS}\b`,
  ].join('|'),
  'i',
)

const OTHERS = String.raw`(?:partners?|affiliates?|affiliated|third[- ]part(?:y|ies)|vendors?|brokers?|sponsors?|sister|other (?:\w+ )?(?:compan(?:y|ies)|businesses|brands?|firms?|organi[sz]ations?|merchants?|retailers?|advertisers?|stores?|senders?|marketers?|sellers?)|outside (?:\w+ )?(?:compan(?:y|ies)|firms?|businesses|parties)|famil(?:y|ies) of (?:compan(?:y|ies)|brands)|network|advertisers?|subsidiar(?:y|ies)|resellers?|marketers|lead (?:providers?|sellers?|generators?|vendors?)|data (?:providers?|sellers?|compan(?:y|ies))|aggregators?|companies (?:we|that we|in our)|list (?:providers?|sellers?|owners?))`
/** Numbers or consent that go to others, or come from them. */
export const THIRD_PARTY = new RegExp(
  [
    String.raw`\b(?:shar(?:e|es|ed|ing)|sells?|selling|sold|rent(?:s|ed|ing)?|pass(?:es|ed|ing)?|giv(?:e|es|en|ing)|gave|transfer(?:s|red|ring)?|disclos(?:e|es|ed|ing)|provid(?:e|es|ed|ing)|forward(?:s|ed|ing)?|exchang(?:e|es|ed|ing)|releas(?:e|es|ed|ing)|suppl(?:y|ies|ied)|hand(?:s|ed)?|licens(?:e|es|ed|ing)|swap(?:s|ped)?|trad(?:e|es|ed)|available|go(?:es)?|extend(?:s|ed)?|appl(?:y|ies)|covers?|made|offered|circulated|distributed|sent)\b[^.]{0,60}\b(?:to|with|between|among|amongst|across|by|throughout)\b[^.]{0,50}\b${OTHERS}\b`,
    String.raw`\b(?:buys?|bought|purchas(?:e|es|ed|ing)|obtain(?:s|ed|ing)?|acquir(?:e|es|ed|ing)|rent(?:s|ed|ing)?|sourced?|receiv(?:e|es|ed|ing)|get|gets|got|collect(?:s|ed|ing)?|import(?:s|ed)?|comes?|came|licens(?:e|ed)|taken|suppl(?:y|ied)|texts?|messages?|offers?|gathered)\b[^.]{0,60}\b(?:from|through|via|by)\b[^.]{0,50}\b${OTHERS}\b`,
    String.raw`\b(?:bought|purchased|rented|acquired|third[- ]party|licensed|leased|buy|purchase|rent|acquire|buying|renting|purchasing|obtained)\s+(?:\w+\s+){0,3}(?:lists?|leads?|databases?|data ?sets?|records|numbers|contacts)\b`,
    String.raw`\b(?:lists?|leads|databases?|numbers|contacts)\b[^.]{0,40}\b(?:bought|purchased|rented|acquired|obtained|licensed|leased)\b`,
    String.raw`\b(?:and|or|plus) (?:our|its|their|the|selected|carefully selected|trusted|select|any) (?:\w+ ){0,2}(?:partners|affiliates|sponsors|third parties|sister (?:brands|companies)|network|advertisers|affiliated companies|subsidiaries|vendors)\b[^.]{0,60}\b(?:texts?|text|sms|messages?|contact|send|reach)\b`,
    String.raw`\b${OTHERS}\b[^.]{0,40}\b(?:may|can|will|might|also|to|who|that) (?:\w+ )?(?:text|contact|message|send|reach|use|receive|market|get|call)\b`,
    String.raw`\b(?:texts?|messages?|offers?|sms)\b[^.]{0,30}\bfrom\b[^.]{0,40}\b(?:and|or|plus|along with)\b[^.]{0,20}\b${OTHERS}\b`,
  ].join('|'),
  'i',
)

const YES = `(?:agree|consent|accept|opt[- ]?in|receive|allow|permit|subscribe|enrolw*)`
/** A yes that is asked for as a duty. */
export const FORCED = new RegExp(
  [
    String.raw`\b(?:court|judge|judicial|magistrate)\b[^.]{0,40}\b(?:order\w*|require\w*|mandat\w*|instruct\w*|direct\w*|ruling)\b|\bcourt[- ]ordered\b|\b(?:probation|parole)\b[^.]{0,40}\b(?:require\w*|order\w*|condition\w*|terms)`,
    String.raw`\b(?:statut(?:e|ory)|required by (?:law|regulation|statute|their employer|the employer)|(?:law|regulation|ordinance|statute|state law|federal law)\b[^.]{0,30}\b(?:requires?|obliges?|mandates?|makes)|by law)\b`,
    String.raw`\b(?:employers?|employees?|staff|drivers|workers|contractors)\b[^.]{0,50}\b(?:require[sd]?|obliges?|mandate[sd]?|must|have to|has to|enrols?|enrolls?|signs? (?:them|everyone) up|condition of)\b`,
    String.raw`\b(?:must|ha(?:s|ve) to|needs? to|(?:is|are) (?:required|obliged|obligated|expected|made|forced) to)\b(?! (?:\w+ )?(?:opt[- ]?in|be 1|be 2|be over|be at least))(?: (?:first|also|all|both|tick to|check to|tick and|click to))* (?:agree|consent|accept|receive|allow|permit)\b(?: to| that we)?(?: (?:receiv\w+|get\w*|be|our|the|all|these|text|texts|sms|messages?|marketing|promotional|sign|send)\b)`,
    String.raw`\b(?:must|ha(?:s|ve) to|needs? to|(?:is|are) required to)\b (?:\w+ )?(?:be )?(?:check|tick|mark|select|toggle|click|agree|consent|accept|opt[- ]?in|checked|ticked|marked|selected|enrol\w*|subscrib\w*|sign(?:ed)? up)(?:ed)?\b[^.]{0,70}\b(?:before|in order to|to|or(?: else)?|for|until|so that)\b[^.]{0,40}\b(?:continue|order|purchase|complete|proceed|check ?out|finish|buy|book|create|use|place|submit|pay|go on|served?|accepted?|register|move in|start (?:work|classes)|an appointment|a table|a reservation|treatment|service|access|be \w+(?:ed|en)|goes? through|works|form|account)\b`,
    String.raw`\b(?:has|have|needs?|must) (?:to )?be (?:ticked|checked|selected|marked|agreed|accepted|switched on)\b`,
    String.raw`\b(?:consent|consenting|opting[- ]?in|opt[- ]?in|agreement|agreeing|texts?|sms|participation|participating|enrol\w+|subscription|receiving (?:texts|messages|sms)|the (?:box|checkbox)|checkbox|program(?:me)?)\b[^.]{0,40}\b(?:is|are)\s+(?:mandatory|compulsory|obligatory|non-?optional|a (?:must|condition|requirement)|required (?:to|for|of|in order|when|at))\b(?! (?:send|text|message|contact|receiv))`,
    String.raw`\b(?:mandatory|compulsory|obligatory|forced|required) (?:\w+ )?(?:consent|opt[- ]?in|texts?|enrol\w+|subscription|(?:check)?box|participation|agreement|sms|text messag\w+|field)\b`,
    String.raw`\b(?:as |is |are |being |made )?(?:a )?condition of (?:\w+ )?(?:employment|service|purchase|sale|use|using|membership|enrol\w+|treatment|booking|the (?:lease|job|contract|rental)|work|admission|tenancy|participation|buying|care|doing business|joining|ordering|attendance)\b`,
    String.raw`\brequired to (?:receive|get|accept)\b[^.]{0,30}\b(?:texts?|sms|messages?)\b`,
    String.raw`\b(?:only|unless)\b[^.]{0,50}\b${YES}\w*\b[^.]{0,30}\b(?:texts?|sms|messages?)\b[^.]{0,30}\b(?:can|may|are able to|will we|will be|is)\b[^.]{0,30}\b(?:order|book|buy|complete|continue|served?|accepted|use|processed|confirmed|treated)\b`,
  ].join('|'),
  'i',
)
/** Said with a word of denial, and a duty all the same. */
export const FORCED_BY_DENIAL =
  /\b(?:not|isn['\u2019]t|aren['\u2019]t) optional\b|\b(?:cannot|can['\u2019]t|can not|may not|unable to|not able to|not be able to|won['\u2019]t be able to|will not be)\b[^.]{0,60}\b(?:without|unless|until|if they (?:do not|don['\u2019]t|refuse))\b[^.]{0,40}\b(?:agree\w*|consent\w*|opt\w*|tick\w*|check\w*|accept\w*|box|sign\w* up|texts?)\b|\bno (?:option|way|choice) (?:but )?to (?:decline|refuse|agree|accept|skip|opt out)\b|\bwithout (?:agreeing|consenting|opting|ticking|checking|accepting)\b[^.]{0,60}\b(?:cannot|can['\u2019]t|not|no)\b/i

const OTHER_CHANNEL = `(?:phone calls?|calls?|calling|e-?mails?|emailing|voice ?mails?|robo-?calls?|whatsapp|postal mail|direct mail|push notifications?|automated calls?|faxe?s?|letters|telephone|phone)`
const JOINED = String.raw`\s*(?:,\s*(?:and|or)?|/|&|\+|and/or|and|or|as well as|plus)\s*(?:by |via |through |to |automated |also |even |our )*`
/** Consent to texts and to something else in one. */
export const OTHER_CHANNELS = new RegExp(
  String.raw`\b${OTHER_CHANNEL}(?:${JOINED}${OTHER_CHANNEL}){0,3}${JOINED}(?:sms|mms|texts?|text messages?|texting)\b|\b(?:sms|mms|texts?|text messages?|texting)\b(?: messages?)?${JOINED}${OTHER_CHANNEL}\b`,
  'i',
)
/** What makes the words above a consent; contact details stand beside each other without one. */
export const CONSENTING =
  /\b(?:agree\w*|consent\w*|opt(?:s|ed|ing)?[- ]?in|authori[sz]e\w*|permission|ok(?:ay)? to|may|receiv\w*|contact(?:ed|s)? (?:me|you|them|by|via|through)|be contacted|reach(?:ed)? (?:me|you|them|by)|get)\b/i

export const VOLUNTARY =
  /\bnot (?:a )?(?:condition|requirement|required|necessary|needed|mandatory)|\bno purchase (?:is )?(?:necessary|required|needed)|\boptional\b|\bvoluntar(?:y|ily)\b|\bwithout (?:agreeing|consenting|opting|signing up)|\b(?:not have|not need|n['\u2019]t have|n['\u2019]t need|never (?:have|need)) to (?:agree|sign|consent|opt|join)|\bregardless of\b|\bnever (?:a condition|required)|\bwhether or not/i

export const SPOKEN =
  /\b(?:verbal(?:ly)?|orally|spoken|out loud|over the (?:phone|telephone)|on the (?:phone|telephone)|by (?:phone|telephone)|phone agents?|call (?:center|centre)|representatives? asks?|staff (?:asks?|reads?)|asks? (?:the )?callers?)\b/i
export const QUOTED = /["\u201c\u201d\u00ab\u00bb]|(?<!\w)['\u2018][^'\u2019]{8,}['\u2019]/
export const ON_PAPER =
  /\b(?:paper|printed|clipboard|sign[- ]?up sheet|hard ?copy|intake (?:form|sheet|paperwork)|paperwork|postcard|card at the (?:counter|desk|register))\b/i

export const SAYS_PRIVACY = /\bprivacy\b/i
export const SAYS_TERMS = /\bterms\b|\bconditions\b|\bT&Cs?\b|\bToS\b/i

/** What messages are about, where a flow says so. */
export const KINDS_OF_MESSAGE =
  /\b(?:reminders?|alerts?|notices?|notifications?|offers?|updates?|codes?|confirmations?|promotions?|deals?|news|newsletters?|announcements?|surveys?|polls?|receipts?|statements?|tips|discounts?|sales|specials|coupons|deliver\w+|shipping|tracking|schedul\w+|support|appointments?|orders?|account|billing|payments?|security|verification|marketing|events?|jobs?)\b/i

/** That no more messages come. */
export const NO_MORE =
  /\b(?:no (?:more|further|longer|additional)|not (?:receive|get|send|be sent|hear|text|be texted|message)|un-?subscribed|opted[- ]out|removed|stopped|won['\u2019]t|will not|never|cancel(?:l)?ed|ended|unenrolled|off (?:our|the|this) list|end of|final (?:message|text)|last (?:message|text)|this (?:number|phone) (?:is|has been) (?:removed|taken off)|taken off|ceased?|stop (?:sending|texting|messaging)|halted|quit|out of)\b/i

/** `text WORD to`, with what stands for the word. */
export const KEYWORD_CALL =
  /\b(?:[Tt]ext|[Tt]exts|[Tt]exting|[Ss]end|[Ss]ends|[Ss]ending|TEXT|[Tt]xt)\s+(?:the (?:word|keyword)\s+|keyword\s+)?["'\u201c\u2018]?([A-Z][A-Z0-9]{1,19})["'\u201d\u2019]?(?:\s*(?:,|or|\/)\s*["'\u201c\u2018]?([A-Z][A-Z0-9]{1,19})["'\u201d\u2019]?)?(?:\s*(?:,|or|\/)\s*["'\u201c\u2018]?([A-Z][A-Z0-9]{1,19})["'\u201d\u2019]?)?\s+(?:by (?:text|SMS) )?(?:to|at)\b/g
/** Words that never opt in. */
export const NO_OPT_IN: ReadonlySet<string> = new Set([
  'STOP',
  'HELP',
  'INFO',
  'END',
  'QUIT',
  'CANCEL',
  'UNSUBSCRIBE',
  'OPTOUT',
  'SMS',
  'MMS',
  'STOPALL',
  'REVOKE',
  'A',
  'US',
])
