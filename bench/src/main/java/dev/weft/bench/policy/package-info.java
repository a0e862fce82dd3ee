/**
 * What a decision of 1,000 rules costs, on data sets that are made the same each time, and what a
 * token does. Run by JMH.
 */
@NullMarked
package dev.weft.bench.policy;

import org.jspecify.annotations.NullMarked;
