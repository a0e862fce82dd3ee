/**
 * Reads what people write (JSON or YAML) strictly and within bounds: every problem at once, each
 * with the path of its field. Pure, any thread; the readers of each kind are built on it.
 */
@NullMarked
package dev.weft.policy.document;

import org.jspecify.annotations.NullMarked;
