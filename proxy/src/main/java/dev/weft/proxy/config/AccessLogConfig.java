package dev.weft.proxy.config;

import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.accesslog.v3.AccessLog}.
 *
 * @param filter which requests are logged; {@code null}: all
 */
public record AccessLogConfig(Target target, LogFormat format, @Nullable LogFilter filter) {

  /** Where lines go. */
  public sealed interface Target {
    /** Appended to; made when it is not there, in a directory that is. */
    record File(String path) implements Target {}

    record StandardOutput() implements Target {}

    record StandardError() implements Target {}
  }
}
