package dev.weft.proxy.config;

import dev.weft.policy.authz.RbacPolicy;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.filters.network.rbac}.
 *
 * @param rules enforced; {@code null}: everything is allowed
 * @param statPrefix from the resource
 */
public record NetworkRbac(@Nullable RbacPolicy rules, String statPrefix) {}
