/** The gateway's composition root: the only place that knows Quarkus. Called by the JVM's main. */
@NullMarked
package dev.weft.gateway.app;

import org.jspecify.annotations.NullMarked;
