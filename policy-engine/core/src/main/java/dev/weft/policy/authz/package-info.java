/** Authorization: a sealed rule tree and decisions that explain themselves. Immutable, no I/O. */
@NullMarked
package dev.weft.policy.authz;

import org.jspecify.annotations.NullMarked;
