/** Resources to parse and what must come of them. */
@NullMarked
package dev.weft.proxy.xds.parse;

import org.jspecify.annotations.NullMarked;
