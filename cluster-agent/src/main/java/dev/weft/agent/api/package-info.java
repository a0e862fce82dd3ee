/**
 * The REST API, as docs/contract.md lists it: JAX-RS resources on Quarkus REST over what the
 * composition root hands in as {@link dev.weft.agent.api.ApiContext}. Every answer that is no
 * success is a problem document (RFC 9457). Called by Quarkus on its worker threads, which may
 * block on the disk.
 */
@NullMarked
package dev.weft.agent.api;

import org.jspecify.annotations.NullMarked;
