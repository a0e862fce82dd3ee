/**
 * Who is asked about what {@code CUSTOM} policies match: the file of providers, watched. Owned by
 * the thread {@code weft-providers}; opened by {@code app}, read by nobody but the state.
 */
@NullMarked
package dev.weft.agent.providers;

import org.jspecify.annotations.NullMarked;
