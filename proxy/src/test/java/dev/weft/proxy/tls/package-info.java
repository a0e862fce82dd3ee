/** A real public key infrastructure for tests, and what peers may and may not do with it. */
@NullMarked
package dev.weft.proxy.tls;

import org.jspecify.annotations.NullMarked;
