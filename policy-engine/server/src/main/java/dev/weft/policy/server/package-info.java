/** The policy library as an ext_authz gRPC service; the only Quarkus part of the policy engine. */
@NullMarked
package dev.weft.policy.server;

import org.jspecify.annotations.NullMarked;
