/** The control plane of one cluster; see the packages below. */
@NullMarked
package dev.weft.agent;

import org.jspecify.annotations.NullMarked;
