/**
 * JSON Web Tokens (RFC 7519, signed as RFC 7515 says): what a provider's tokens have to be, the
 * keys that they are held against (RFC 7517), and who gets the keys when they are elsewhere.
 * Parsing never throws and takes a bounded size; a token that is not taken has one of a closed set
 * of reasons, whose texts are those of Envoy's {@code envoy.filters.http.jwt_authn}.
 *
 * <p>Signatures are checked by the algorithms of jose4j, the library beneath SmallRye JWT, whose
 * names for them are used. SmallRye's own parser is not: it takes the time from the system, refuses
 * tokens without {@code exp}, and keeps keys in a way of its own. Neither {@code none} nor HMAC can
 * be configured.
 *
 * <p>Records are immutable; {@link dev.weft.policy.jwt.JwtVerifier} and {@link
 * dev.weft.policy.jwt.JwksCache} belong to one thread each. Time, randomness and the network come
 * in. No text and no {@code toString} holds a token, a claim or a key. Called by the proxy's filter
 * and by the agent, which fetches keys for its workloads.
 */
@NullMarked
package dev.weft.policy.jwt;

import org.jspecify.annotations.NullMarked;
