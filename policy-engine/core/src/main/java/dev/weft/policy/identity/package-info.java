/** Who somebody is: SPIFFE ids and trust domains. Immutable, no I/O. */
@NullMarked
package dev.weft.policy.identity;

import org.jspecify.annotations.NullMarked;
