/**
 * Reads Istio's security kinds as Istio does, and stricter where its silence would be dangerous:
 * {@code docs/policy.md} says where. Pure, any thread; called by the API and by the feed of stored
 * resources.
 */
@NullMarked
package dev.weft.policy.istio.read;

import org.jspecify.annotations.NullMarked;
