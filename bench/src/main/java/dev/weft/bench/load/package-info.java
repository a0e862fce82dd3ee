/**
 * What loads a proxy: well-known tools where they do what is needed, else a client on Netty. Called
 * by the benchmark's main thread; runs on the load's processor.
 */
@NullMarked
package dev.weft.bench.load;

import org.jspecify.annotations.NullMarked;
