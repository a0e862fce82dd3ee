/**
 * Listeners: a sidecar's outbound and inbound, a gateway's east-west. Pure; called by the compiler
 * only.
 */
@NullMarked
package dev.weft.agent.compile.listener;

import org.jspecify.annotations.NullMarked;
