/**
 * Envoy's protobuf messages to and from Weft's matchers and rules: the only code of this module
 * that knows them. Decoding never throws and never ignores: a field that is set and not understood,
 * unknown protobuf fields included, is a {@link dev.weft.policy.xds.Problem} with its path. What is
 * encoded and decoded again is equal. Pure, any thread; called by the agent's compile (encode) and
 * the proxy's parse (decode).
 */
@NullMarked
package dev.weft.policy.xds;

import org.jspecify.annotations.NullMarked;
