/** A one-time code, as digits or in brackets. */
export const CODE =
  /(?<![\d$#])\d{3}[- ]?\d{1,5}(?!\d)|\b\d{4,8}\b|[[{<(%#]+\s*\w*[- _]?(?:code|otp|pin|passcode|\d)[- _]?\w*\s*[\])}>%#]+|\b[A-Z]{1,3}-?\d{4,8}\b|\bX{4,8}\b/i
export const CODE_WORD =
  /\b(?:codes?|pass ?codes?|pin|otp|verif\w+|one[- ]time|authenticat\w+|confirm\w*|log ?-?in|sign ?-?in|2fa|password|access|enter)\b/i

/** Variables in other signs than square brackets, with the name between them. */
export const VARIABLE =
  /\{\{\s*(?:\d+:)?\s*([\w .-]{1,40}?)\s*\}\}|(?<!\{)\{\s*([\w .-]{1,40}?)\s*\}(?!\})|(?<!\w)%([A-Za-z][\w.]{1,40})%|<\s*([A-Za-z][\w .-]{0,40}?)\s*>|\$\{\s*([\w .-]{1,40}?)\s*\}/g

/** People are spoken to, and no machine. */
export const TO_PEOPLE = /\b(?:hi|hello|hey|dear|thanks|thank you|your|you|you're|please|we|our|us)\b|\breply\b/i

/** Capitals that are no shouting. */
export const COMMON_CAPITALS =
  /\b(?:STOP|HELP|YES|NO|SMS|MMS|START|END|QUIT|CANCEL|UNSUBSCRIBE|INFO|AM|PM|USA|US|ID|OK|ETA|PIN|OTP|ATM|JOIN|OPTOUT|REPLY|HTTPS?|Y|N)\b/g
