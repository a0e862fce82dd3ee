/** What the sidecar's own work costs: routing a request without a codec or a socket. Run by JMH. */
@NullMarked
package dev.weft.bench.proxy;

import org.jspecify.annotations.NullMarked;
