/**
 * What the data plane tells of itself: one decision record per request, the access log made of
 * them, and the metrics. Filled on the workers' loops through handles that were resolved before;
 * the log is written by a thread of its own.
 */
@NullMarked
package dev.weft.proxy.telemetry;

import org.jspecify.annotations.NullMarked;
