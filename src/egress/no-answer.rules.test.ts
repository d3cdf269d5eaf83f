import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type NoAnswer, reasonOfCode } from './no-answer.rules.ts'

const CASES: Partial<Record<NoAnswer, readonly string[]>> = {
  // Node.js, TLS: "X509 certificate error codes", and what it says of the name and of the handshake itself.
  tls_failed: [
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_CRL',
    'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
    'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'CERT_SIGNATURE_FAILURE',
    'CERT_NOT_YET_VALID',
    'CERT_HAS_EXPIRED',
    'CERT_CHAIN_TOO_LONG',
    'CERT_REVOKED',
    'CERT_UNTRUSTED',
    'CERT_REJECTED',
    'CRL_SIGNATURE_FAILURE',
    'CRL_NOT_YET_VALID',
    'CRL_HAS_EXPIRED',
    'ERROR_IN_CERT_NOT_BEFORE_FIELD',
    'ERROR_IN_CERT_NOT_AFTER_FIELD',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'INVALID_CA',
    'INVALID_PURPOSE',
    'PATH_LENGTH_EXCEEDED',
    'HOSTNAME_MISMATCH',
    'UNSPECIFIED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
    'ERR_OSSL_ASN1_WRONG_TAG',
    'EPROTO',
  ],
  bad_answer: ['HPE_INVALID_CONSTANT', 'HPE_HEADER_OVERFLOW', 'HPE_UNEXPECTED_CONTENT_LENGTH'],
  // A code that only holds the word of another says nothing of it.
  connection_failed: [
    '',
    'ECONNREFUSED',
    'ECONNRESET',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'EPIPE',
    'EPROTONOSUPPORT',
    'EPROTOTYPE',
    'ERR_SOCKET_CONNECTION_TIMEOUT',
    'ERR_INVALID_ARG_VALUE',
    'ERR_STREAM_PREMATURE_CLOSE',
    'UNSPECIFIED_ADDRESS',
    'ERR_HTTP_INVALID_STATUS_CODE',
    'X_HPE_INVALID',
  ],
}

for (const [reason, codes] of Object.entries(CASES)) {
  test(`${codes.length} error codes of Node.js mean ${reason}`, () => {
    for (const code of codes) assert.equal(reasonOfCode(code), reason, code)
  })
}
