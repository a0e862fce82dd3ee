/**
 * What the agent knows, as immutable records without protobuf or I/O. Used by every package of the
 * agent; owned by none.
 */
@NullMarked
package dev.weft.agent.model;

import org.jspecify.annotations.NullMarked;
