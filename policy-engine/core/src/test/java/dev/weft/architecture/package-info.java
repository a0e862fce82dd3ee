/**
 * The rules that hold the parts apart, checked in every module's build by its {@code
 * ArchitectureTest}.
 */
@NullMarked
package dev.weft.architecture;

import org.jspecify.annotations.NullMarked;
