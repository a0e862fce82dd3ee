/**
 * The comparison of whole proxies: modes, interleaved rounds, what counts as quiet, and the report.
 * One thread.
 */
@NullMarked
package dev.weft.bench.comparison;

import org.jspecify.annotations.NullMarked;
