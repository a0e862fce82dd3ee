/**
 * The proxies that are compared, and what stands behind them: each is started on one processor with
 * one worker. Weft and Envoy get the same xDS resources, from the templates beside these classes,
 * which are what the agent compiles. Called by the benchmark's main thread.
 */
@NullMarked
package dev.weft.bench.peer;

import org.jspecify.annotations.NullMarked;
