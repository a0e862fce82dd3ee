/**
 * Tokens in requests, as {@code envoy.filters.http.jwt_authn} asks for them: where they are looked
 * for, which have to be there, what becomes of them, and the keys that are fetched over the proxy's
 * own upstreams. What a token has to be is judged by {@link dev.weft.policy.jwt}. On the worker's
 * loop; called by {@code http.router}.
 */
@NullMarked
package dev.weft.proxy.http.filter.jwt;

import org.jspecify.annotations.NullMarked;
