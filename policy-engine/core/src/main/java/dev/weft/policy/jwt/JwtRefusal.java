package dev.weft.policy.jwt;

/**
 * Why a token was not taken. Numbers and texts are Envoy's ({@code source/common/jwt/status.h}),
 * except where said: they stand in answers, in metadata and in metrics.
 */
public enum JwtRefusal {
  MISSING(1, "Jwt is missing"),
  NOT_YET_VALID(2, "Jwt not yet valid"),
  EXPIRED(3, "Jwt is expired"),
  /** Also: longer than it may be, which Envoy leaves to the limit of header bytes. */
  BAD_FORMAT(4, "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections"),
  HEADER_NOT_BASE64(5, "Jwt header is an invalid Base64url encoded"),
  HEADER_NOT_JSON(6, "Jwt header is an invalid JSON"),
  HEADER_BAD_ALG(7, "Jwt header [alg] field is required and must be a string"),
  /** Also {@code none}. */
  ALG_NOT_SUPPORTED(8, "Jwt header [alg] is not supported"),
  HEADER_BAD_KID(9, "Jwt header [kid] field is not a string"),
  PAYLOAD_NOT_BASE64(10, "Jwt payload is an invalid Base64url encoded"),
  PAYLOAD_NOT_JSON(11, "Jwt payload is an invalid JSON"),
  ISS_NOT_STRING(12, "Jwt payload [iss] field is not a string"),
  SUB_NOT_STRING(13, "Jwt payload [sub] field is not a string"),
  IAT_NOT_INTEGER(14, "Jwt payload [iat] field is not an integer"),
  IAT_OUT_OF_RANGE(15, "Jwt payload [iat] field is not a positive 64 bit integer"),
  NBF_NOT_INTEGER(16, "Jwt payload [nbf] field is not an integer"),
  NBF_OUT_OF_RANGE(17, "Jwt payload [nbf] field is not a positive 64 bit integer"),
  EXP_NOT_INTEGER(18, "Jwt payload [exp] field is not an integer"),
  EXP_OUT_OF_RANGE(19, "Jwt payload [exp] field is not a positive 64 bit integer"),
  JTI_NOT_STRING(20, "Jwt payload [jti] field is not a string"),
  AUD_NOT_STRING(21, "Jwt payload [aud] field is not a string or string list"),
  SIGNATURE_NOT_BASE64(22, "Jwt signature is an invalid Base64url encoded"),
  ISSUER_UNKNOWN(24, "Jwt issuer is not configured"),
  /** The one that is answered by 403. */
  AUDIENCE_NOT_ALLOWED(25, "Audiences in Jwt are not allowed"),
  VERIFICATION_FAILED(26, "Jwt verification fails"),
  NO_VALID_KEYS(31, "Jwks doesn't have any valid public key"),
  /** No key for the {@code kid} and {@code alg}. */
  KEY_UNKNOWN(32, "Jwks doesn't have key to match kid or alg from Jwt"),
  KEYS_NOT_FETCHED(40, "Jwks remote fetch is failed"),
  /**
   * An extension that the sender wants understood (RFC 7515 section 4.1.11). Envoy does not look at
   * it; the number is ours.
   */
  CRITICAL_NOT_SUPPORTED(1000, "Jwt header [crit] is not supported");

  private final int code;
  private final String text;

  JwtRefusal(int code, String text) {
    this.code = code;
    this.text = text;
  }

  /** Envoy's number. */
  public int code() {
    return code;
  }

  /** For the caller; holds nothing of the token. */
  public String text() {
    return text;
  }
}
