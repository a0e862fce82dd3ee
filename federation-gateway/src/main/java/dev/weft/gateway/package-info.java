/**
 * The federation gateway: the data plane of the proxy at a cluster's edge; see the packages below.
 */
@NullMarked
package dev.weft.gateway;

import org.jspecify.annotations.NullMarked;
