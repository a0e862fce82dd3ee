/**
 * From start to exit: what has to be there before the node is ready, and how it leaves. Called by
 * the composition root and the admin endpoint; owned by the control thread.
 */
@NullMarked
package dev.weft.proxy.lifecycle;

import org.jspecify.annotations.NullMarked;
