/**
 * Processes and processors of the machine that is measured on: what Linux says about them. Called
 * by the benchmark's main thread.
 */
@NullMarked
package dev.weft.bench.machine;

import org.jspecify.annotations.NullMarked;
