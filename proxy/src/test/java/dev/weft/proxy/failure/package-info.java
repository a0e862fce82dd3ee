/** The closed set of failures. */
@NullMarked
package dev.weft.proxy.failure;

import org.jspecify.annotations.NullMarked;
