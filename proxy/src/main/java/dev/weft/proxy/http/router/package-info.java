/**
 * The exchange: one state machine for each request, from its head through filters, route, hosts and
 * retries to the last byte of its response. Everything is on the worker's event loop; codecs call
 * in with a request, pools call back with what the hosts answer.
 */
@NullMarked
package dev.weft.proxy.http.router;

import org.jspecify.annotations.NullMarked;
