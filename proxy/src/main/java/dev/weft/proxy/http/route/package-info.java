/**
 * Which route a request takes: pure matching of a route table that was indexed once. Immutable;
 * compiled by a worker when a snapshot arrives, asked by {@code http.router} for each request.
 */
@NullMarked
package dev.weft.proxy.http.route;

import org.jspecify.annotations.NullMarked;
