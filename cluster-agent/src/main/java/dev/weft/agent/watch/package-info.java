/**
 * What lies outside and tells nobody when it changes, looked at again and again: files of settings
 * and host names. Its objects belong to the thread that looks, one for each {@link
 * dev.weft.agent.watch.Poller}: {@code weft-peering}, {@code weft-providers}, {@code
 * weft-external}.
 */
@NullMarked
package dev.weft.agent.watch;

import org.jspecify.annotations.NullMarked;
