/**
 * Keys that tokens are verified with, fetched by the agent so that no sidecar has to reach an
 * issuer. The owner's thread is {@code weft-jwks}; what was fetched goes to the state.
 */
@NullMarked
package dev.weft.agent.jwks;

import org.jspecify.annotations.NullMarked;
