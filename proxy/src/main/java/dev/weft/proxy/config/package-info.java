/**
 * The configuration that the data plane runs on: immutable records without protobuf. Made by {@code
 * xds.parse}, published by the control thread as one {@link dev.weft.proxy.config.Snapshot}, read
 * by every worker.
 */
@NullMarked
package dev.weft.proxy.config;

import org.jspecify.annotations.NullMarked;
