/**
 * {@code weft demo}: two clusters as real processes on this machine, a steady caller, and a live
 * failover. One thread drives it; requests run on virtual threads.
 */
@NullMarked
package dev.weft.cli.demo;

import org.jspecify.annotations.NullMarked;
