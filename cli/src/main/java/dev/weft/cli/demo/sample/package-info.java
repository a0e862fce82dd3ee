/**
 * The demo's application: a small HTTP server that says who and where it is, logs every request id
 * that it executes, and has a settable service time. Runs as a process of its own; knows nothing of
 * the mesh but the address of its sidecar.
 */
@NullMarked
package dev.weft.cli.demo.sample;

import org.jspecify.annotations.NullMarked;
