/**
 * Envoy as oracle: the same xDS resources to Weft's data plane and to a real Envoy, the same
 * requests through both, and the same answers, headers, bodies, trailers, chosen hosts and numbers
 * of attempts expected of both. A case is one file under {@code src/test/resources/oracle}; what
 * differs on purpose is told in {@code docs/envoy-differences.md}.
 */
@NullMarked
package dev.weft.proxy.oracle;

import org.jspecify.annotations.NullMarked;
