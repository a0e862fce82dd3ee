/**
 * From protobuf to {@code config}: pure, total functions. Every resource is either accepted as a
 * record or rejected with all of its problems, each with its path; nothing that is set is ever
 * ignored. No clock, no randomness, no I/O, no logging. Called by {@code xds} on the control thread
 * and by anything that has a resource in hand.
 *
 * <p>The fields that are understood are data ({@link dev.weft.proxy.xds.parse.UnderstoodFields}): a
 * message is first held against them as a whole ({@code FieldCheck}), then read. {@code
 * docs/xds.md} is the same data as text.
 */
@NullMarked
package dev.weft.proxy.xds.parse;

import org.jspecify.annotations.NullMarked;
