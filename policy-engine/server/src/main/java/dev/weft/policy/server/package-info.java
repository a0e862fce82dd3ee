/**
 * The policy library as an ext_authz gRPC service ({@code envoy.service.auth.v3.Authorization}),
 * the only Quarkus part of the policy engine. Istio's {@code AuthorizationPolicy} and {@code
 * RequestAuthentication} in the files of {@code weft.policy.directory} say what is allowed, read
 * again when they change; {@code quarkus.http.port} (9191, loopback) is where it answers, by HTTP/2
 * without TLS. Called by Envoy or any proxy that speaks ext_authz, a sidecar's {@code CUSTOM}
 * policies for instance; every call is answered on the thread that it arrives on.
 */
@NullMarked
package dev.weft.policy.server;

import org.jspecify.annotations.NullMarked;
