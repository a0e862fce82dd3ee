/** The agent's composition root. Called by the JVM's main. */
@NullMarked
package dev.weft.agent.app;

import org.jspecify.annotations.NullMarked;
