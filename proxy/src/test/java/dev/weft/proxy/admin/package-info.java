/** The admin endpoint. */
@NullMarked
package dev.weft.proxy.admin;

import org.jspecify.annotations.NullMarked;
