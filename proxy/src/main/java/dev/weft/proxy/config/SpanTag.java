package dev.weft.proxy.config;

/** {@code envoy.type.tracing.v3.CustomTag}: an attribute of each span. */
public sealed interface SpanTag {
  String name();

  record Literal(String name, String value) implements SpanTag {}

  /** A header of the request; {@code otherwise} empty: no tag without it. */
  record Header(String name, String header, String otherwise) implements SpanTag {}

  /** A variable of the process's environment. */
  record Environment(String name, String variable, String otherwise) implements SpanTag {}
}
