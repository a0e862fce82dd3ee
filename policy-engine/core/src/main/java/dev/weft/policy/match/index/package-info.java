/**
 * Finds, of many matchers, those that could accept a value, without trying each. What is found is a
 * set of numbers (bits of an array of {@code long}): at least those of the matchers that do accept.
 * Built once, immutable afterwards, no I/O, any thread. Called by authorization.
 */
@NullMarked
package dev.weft.policy.match.index;

import org.jspecify.annotations.NullMarked;
