/** Ends that proxies under test of several modules talk to. */
@NullMarked
package dev.weft.fakes;

import org.jspecify.annotations.NullMarked;
