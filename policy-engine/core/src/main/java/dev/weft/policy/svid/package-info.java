/**
 * Whether a certificate chain is a valid X.509-SVID (SPIFFE X.509-SVID sections 2 to 5), and if not
 * which rule it breaks. The one verifier of sidecars, gateways and agents. Immutable, no I/O;
 * called by any thread that ends a TLS handshake.
 */
@NullMarked
package dev.weft.policy.svid;

import org.jspecify.annotations.NullMarked;
