package dev.weft.bench.soak;

/**
 * What a process held at one time.
 *
 * @param heap objects that live, KiB
 * @param direct memory outside the heap that Java code asked for, KiB
 * @param resident RSS, KiB
 * @param descriptors open ones
 */
record Sample(long heap, long direct, long resident, long descriptors) {}
