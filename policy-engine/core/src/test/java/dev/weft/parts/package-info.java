/** Where tests of every module find the real parts that they run against. */
@NullMarked
package dev.weft.parts;

import org.jspecify.annotations.NullMarked;
