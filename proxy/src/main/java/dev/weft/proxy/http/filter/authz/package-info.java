/**
 * Requests that wait until a service allows them, as {@code envoy.filters.http.ext_authz} has it.
 * The service is asked over an upstream of the proxy, by gRPC or HTTP; what it may answer is
 * bounded, and without an answer a request is turned away unless the configuration says otherwise.
 * Called by the filters of a request, on its worker's loop.
 */
@NullMarked
package dev.weft.proxy.http.filter.authz;

import org.jspecify.annotations.NullMarked;
