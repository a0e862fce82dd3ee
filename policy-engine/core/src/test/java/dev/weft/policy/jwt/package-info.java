/** Tests of tokens, and the issuer that makes tokens for the tests of other modules. */
@NullMarked
package dev.weft.policy.jwt;

import org.jspecify.annotations.NullMarked;
