/** One event loop and everything that belongs to it. Owned by that loop's thread. */
@NullMarked
package dev.weft.proxy.worker;

import org.jspecify.annotations.NullMarked;
