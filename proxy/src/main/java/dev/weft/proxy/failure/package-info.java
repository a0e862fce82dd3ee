/**
 * The closed set of what can go wrong with a request, and the one table of what each failure means.
 */
@NullMarked
package dev.weft.proxy.failure;

import org.jspecify.annotations.NullMarked;
