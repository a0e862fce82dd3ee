/**
 * Requests and connections that wait until a service allows them, as {@code
 * envoy.filters.http.ext_authz} and {@code envoy.filters.network.ext_authz} have it. The service is
 * asked over an upstream of the proxy, by gRPC or HTTP; what it may answer is bounded, and without
 * an answer they are turned away unless the configuration says otherwise. Called by the filters of
 * a request and by {@code listener}, on the worker's loop.
 */
@NullMarked
package dev.weft.proxy.http.filter.authz;

import org.jspecify.annotations.NullMarked;
