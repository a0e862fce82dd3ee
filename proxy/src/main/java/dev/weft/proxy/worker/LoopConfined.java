package dev.weft.proxy.worker;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says that an object is touched by one event loop only: the loop of the worker that made it. Such
 * a class has no volatile, atomic or lock field and no synchronized method; the architecture test
 * holds it to that.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface LoopConfined {}
