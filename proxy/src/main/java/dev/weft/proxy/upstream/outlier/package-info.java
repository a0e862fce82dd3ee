/**
 * Passive health of hosts, for the whole process: consecutive failures, ejection and return.
 * Thread-safe; fed by every worker, read through one counter that grows with each change.
 */
@NullMarked
package dev.weft.proxy.upstream.outlier;

import org.jspecify.annotations.NullMarked;
