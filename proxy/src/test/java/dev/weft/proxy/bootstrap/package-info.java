/** Bootstrap files, good and bad. */
@NullMarked
package dev.weft.proxy.bootstrap;

import org.jspecify.annotations.NullMarked;
