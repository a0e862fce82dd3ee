/**
 * The policy library as an ext_authz gRPC service ({@code envoy.service.auth.v3.Authorization}),
 * the only Quarkus part of the policy engine. {@code weft.policy.file} names the policy ({@link
 * dev.weft.policy.server.PolicyFile}), read once at start; {@code quarkus.http.port} (9191,
 * loopback) is where it answers, by HTTP/2 without TLS. What no rule allows is denied. Called by
 * Envoy or any proxy that speaks ext_authz; every call is answered on the thread that it arrives
 * on, without shared state.
 */
@NullMarked
package dev.weft.policy.server;

import org.jspecify.annotations.NullMarked;
