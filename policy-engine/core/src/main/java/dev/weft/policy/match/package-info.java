/**
 * Matchers over strings, headers, addresses, paths and JSON values, shared by routing and
 * authorization. Immutable, no I/O; regular expressions run in linear time.
 */
@NullMarked
package dev.weft.policy.match;

import org.jspecify.annotations.NullMarked;
