/**
 * The loopback endpoint for operators: readiness, metrics, configuration, drain. On Vert.x; called
 * by the composition root.
 */
@NullMarked
package dev.weft.proxy.admin;

import org.jspecify.annotations.NullMarked;
