/**
 * HTTP without a codec: heads, header lists and the two halves of an exchange. All on one worker's
 * event loop.
 */
@NullMarked
package dev.weft.proxy.http;

import org.jspecify.annotations.NullMarked;
