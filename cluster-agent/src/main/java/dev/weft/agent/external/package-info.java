/**
 * Where servers outside of the mesh are: their host names looked up. Owned by the thread {@code
 * weft-external}; opened by {@code app}, told by the state, read by nobody but the state.
 */
@NullMarked
package dev.weft.agent.external;

import org.jspecify.annotations.NullMarked;
