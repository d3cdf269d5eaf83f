/** Names of the Internet that say something of who uses them. */

const set = (names: string): ReadonlySet<string> => new Set(names.trim().split(/\s+/))

/** Mailboxes for everybody, and disposable ones. */
export const FREE_MAIL = set(`
  gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.ca yahoo.fr yahoo.de yahoo.es yahoo.it yahoo.co.in yahoo.com.br yahoo.com.au yahoo.com.mx ymail.com rocketmail.com
  hotmail.com hotmail.co.uk hotmail.fr hotmail.de hotmail.es hotmail.it outlook.com outlook.de outlook.fr outlook.es live.com live.co.uk live.ca live.fr msn.com passport.com
  aol.com aim.com icloud.com me.com mac.com proton.me protonmail.com pm.me gmx.com gmx.de gmx.net gmx.us mail.com email.com usa.com post.com zoho.com zohomail.com
  yandex.com yandex.ru mail.ru fastmail.com fastmail.fm hey.com tutanota.com tuta.com tuta.io hushmail.com inbox.com lycos.com rediffmail.com juno.com netzero.net
  comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net optonline.net frontier.com frontiernet.net windstream.net centurylink.net
  embarqmail.com roadrunner.com rr.com spectrum.net suddenlink.net mindspring.com shaw.ca rogers.com sympatico.ca telus.net bell.net btinternet.com sky.com virginmedia.com talktalk.net
  web.de t-online.de freenet.de arcor.de orange.fr free.fr laposte.net sfr.fr wanadoo.fr libero.it virgilio.it qq.com 163.com 126.com naver.com daum.net bigpond.com optusnet.com.au uol.com.br bol.com.br terra.com.br
  mailinator.com guerrillamail.com sharklasers.com 10minutemail.com tempmail.com temp-mail.org yopmail.com trashmail.com getnada.com maildrop.cc dispostable.com throwawaymail.com fakeinbox.com mintemail.com mohmal.com moakt.com emailondeck.com spamgourmet.com mytemp.email
`)

/** Links that hide where they lead. */
export const SHORTENERS = set(`
  bit.ly bitly.com j.mp tinyurl.com tiny.cc tiny.one goo.gl t.co ow.ly is.gd v.gd buff.ly rebrand.ly rb.gy cutt.ly shorturl.at shorturl.com short.io short.gy lnkd.in t.ly bl.ink s.id qr.ae qrco.de adf.ly
  soo.gd clck.ru tr.im x.co snip.ly shorte.st mcaf.ee su.pr t2m.io dub.sh dub.co geni.us urlz.fr u.to 2.gp gg.gg kutt.it linktw.in trib.al dlvr.it fb.me amzn.to youtu.be wp.me ift.tt git.io han.gl hyperurl.co
  po.st spoti.fi surl.li ulvis.net shrtco.de lstu.fr bitly.ws tny.im zpr.io zurl.co smarturl.it snipurl.com
`)

/** Pages of a person or business within somebody else's site. */
export const SOCIAL = set(`
  facebook.com fb.com instagram.com twitter.com x.com linkedin.com tiktok.com youtube.com pinterest.com snapchat.com threads.net reddit.com nextdoor.com yelp.com tripadvisor.com google.com g.page
  linktr.ee beacons.ai bio.link campsite.bio lnk.bio taplink.cc milkshake.app stan.store bio.site carrd.co about.me hoo.be
  apple.com play.google.com etsy.com ebay.com amazon.com patreon.com gofundme.com eventbrite.com meetup.com medium.com substack.com whatsapp.com t.me discord.gg
`)

/** Builders under whose name all their customers stand. */
export const BUILDERS = set(`
  weebly.com weeblysite.com squarespace.com godaddysites.com wordpress.com business.site jimdosite.com jimdofree.com strikingly.com webador.com site123.me durable.co mailchimpsites.com hubspotpagebuilder.com
  wixsite.com wixstudio.com webflow.io myshopify.com carrd.co framer.website framer.app notion.site netlify.app vercel.app pages.dev web.app firebaseapp.com github.io blogspot.com yolasite.com canva.site square.site
  lovable.app replit.app onrender.com herokuapp.com glitch.me surge.sh wix.com tumblr.com sites.google.com ueniweb.com company.site mystrikingly.com webnode.page simdif.com duda.co multiscreensite.com
`)

/** Where documents lie that anybody can put there. */
export const SHARED_DOCUMENTS =
  set(`docs.google.com drive.google.com dropbox.com onedrive.live.com 1drv.ms sharepoint.com notion.so notion.site scribd.com issuu.com box.com icloud.com
  termsfeed.com freeprivacypolicy.com iubenda.com termly.io privacypolicies.com privacypolicygenerator.info websitepolicies.com getterms.io pastebin.com`)

/** RFC 2606 and 6761: names that lead nowhere. */
export const RESERVED =
  /(?:^|\.)(?:example(?:\.(?:com|net|org|edu))?|test|invalid|localhost|local|internal|localdomain)$/i

/** Whether a host is one of the names, or below one. */
export function isBelow(host: string, names: ReadonlySet<string>): boolean {
  const labels = host.toLowerCase().replace(/\.$/, '').split('.')
  return labels.some((_, at) => names.has(labels.slice(at).join('.')))
}
