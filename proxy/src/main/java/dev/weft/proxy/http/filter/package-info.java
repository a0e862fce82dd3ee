/**
 * The contract of HTTP filters. A filter's configuration is parsed once, a filter is made for each
 * stream, and none imports another. On the worker's loop; called by {@code http.router}, which ends
 * every chain. Each filter lives in a package of its own below.
 */
@NullMarked
package dev.weft.proxy.http.filter;

import org.jspecify.annotations.NullMarked;
