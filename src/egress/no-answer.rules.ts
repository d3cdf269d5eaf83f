/** Why there was no complete answer. Words of a short fixed list: nothing of what a stranger's server said is in it. */
export type NoAnswer =
  | 'timeout'
  | 'address_refused'
  | 'name_not_resolved'
  | 'connection_failed'
  | 'tls_failed'
  | 'bad_answer'

/**
 * What Node says of a handshake, and of a certificate that it does not take: OpenSSL's name of the problem (X509_V_ERR_),
 * or `UNSPECIFIED` for those that Node has no name for, as for a name outside of what its authority may certify.
 */
const TLS_CODE = new RegExp(
  [
    '^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO$|UNSPECIFIED$)',
    '^(CERT_|CRL_|ERROR_IN_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_|INVALID_|PATH_LENGTH_)',
  ].join('|'),
)

/** @param code of an error of Node's, empty where it has none */
export function reasonOfCode(code: string): NoAnswer {
  if (code.startsWith('HPE_')) return 'bad_answer'
  return TLS_CODE.test(code) ? 'tls_failed' : 'connection_failed'
}
