/**
 * What has to count for the whole process and not for one worker: failures and ejections of hosts,
 * circuit breakers, retry budgets. The only state that workers share on the request path;
 * thread-safe, counters without locks.
 */
@NullMarked
package dev.weft.proxy.upstream.shared;

import org.jspecify.annotations.NullMarked;
