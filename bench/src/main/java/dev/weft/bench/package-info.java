/** The benchmark harness: JMH benchmarks of single parts and the drivers of whole-system runs. */
@NullMarked
package dev.weft.bench;

import org.jspecify.annotations.NullMarked;
