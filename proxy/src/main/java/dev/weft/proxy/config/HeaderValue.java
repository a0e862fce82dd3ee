package dev.weft.proxy.config;

/**
 * A header to set.
 *
 * @param name lower case
 * @param keepEmpty whether it is set where its value is empty; else nothing happens then
 */
public record HeaderValue(String name, ValueFormat value, AppendAction action, boolean keepEmpty) {

  /**
   * A constant.
   *
   * @param append whether an existing value stays and this one is added; else it is replaced
   */
  public HeaderValue(String name, String value, boolean append) {
    this(
        name,
        ValueFormat.literal(value),
        append ? AppendAction.APPEND_IF_EXISTS_OR_ADD : AppendAction.OVERWRITE_IF_EXISTS_OR_ADD,
        false);
  }

  /** {@code HeaderValueOption.append_action}. */
  public enum AppendAction {
    APPEND_IF_EXISTS_OR_ADD,
    ADD_IF_ABSENT,
    OVERWRITE_IF_EXISTS_OR_ADD,
    OVERWRITE_IF_EXISTS
  }
}
