/**
 * Who is calling: join tokens, enrolments, and the caller of a gRPC call as its certificate says.
 * Thread-safe; called by gRPC threads and the REST API. Calls that change something return when it
 * is durable.
 */
@NullMarked
package dev.weft.agent.attest;

import org.jspecify.annotations.NullMarked;
