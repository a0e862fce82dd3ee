/**
 * The stream to the agent: subscriptions, acknowledgement by resource, warming, and the last
 * accepted configuration on disk. Everything but the stubs runs on the control thread. Started by
 * the composition root; publishes to a {@link dev.weft.proxy.config.SnapshotSink}.
 *
 * <pre>
 *   stream ─ AdsSession (what to ask and answer) ─ ResourceStore (accepted) ─ Warming ─ SnapshotSink
 *                                                       └─ ResourceCache (disk)
 * </pre>
 */
@NullMarked
package dev.weft.proxy.xds;

import org.jspecify.annotations.NullMarked;
