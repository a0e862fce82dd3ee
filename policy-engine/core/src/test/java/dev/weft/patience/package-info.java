/** What every module's tests have in common in their waiting. */
@NullMarked
package dev.weft.patience;

import org.jspecify.annotations.NullMarked;
