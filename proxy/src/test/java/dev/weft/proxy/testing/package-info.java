/** Fakes of the data plane's surroundings, shipped as a test-jar: origins, raw clients, routing. */
@NullMarked
package dev.weft.proxy.testing;

import org.jspecify.annotations.NullMarked;
