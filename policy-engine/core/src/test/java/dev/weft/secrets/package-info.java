/**
 * Secrets that tests plant, so that a search through everything that a test run wrote can tell that
 * none of them came out. Any thread; for tests of all modules.
 */
@NullMarked
package dev.weft.secrets;

import org.jspecify.annotations.NullMarked;
