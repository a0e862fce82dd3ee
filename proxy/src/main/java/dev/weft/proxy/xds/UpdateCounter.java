package dev.weft.proxy.xds;

/** Counts {@code weft_xds_updates_total{type,result}}. Called on the control thread. */
@FunctionalInterface
public interface UpdateCounter {
  /**
   * @param type {@code lds}, {@code rds}, {@code cds}, {@code eds}, {@code sds} or {@code unknown}
   * @param result {@code accepted}, {@code rejected} (some or all of a response) or {@code
   *     disconnected} (type {@code ads})
   */
  void count(String type, String result);
}
