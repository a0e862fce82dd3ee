/**
 * What a node is told when it starts: the bootstrap file, and the directory that it keeps its own
 * files in. Immutable; read once by the composition root.
 */
@NullMarked
package dev.weft.proxy.bootstrap;

import org.jspecify.annotations.NullMarked;
