/**
 * What lies outside and tells nobody when it changes, looked at again and again: host names. Owned
 * by the thread of whoever asks: {@code weft-peering}, {@code weft-providers}, {@code
 * weft-external}.
 */
@NullMarked
package dev.weft.agent.watch;

import org.jspecify.annotations.NullMarked;
