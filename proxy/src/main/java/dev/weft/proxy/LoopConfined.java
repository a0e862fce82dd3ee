package dev.weft.proxy;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Owned by one worker's event loop: every method is called on that loop's thread, unless it says
 * otherwise. Such a class has no volatile or atomic fields and no locks.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.CLASS)
public @interface LoopConfined {}
