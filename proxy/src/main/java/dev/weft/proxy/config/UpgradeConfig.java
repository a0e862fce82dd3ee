package dev.weft.proxy.config;

/**
 * One entry of {@code upgrade_configs}: whether a connection or stream may change its protocol.
 *
 * @param type protocol of {@code Upgrade} or {@code :protocol}, compared in any case; {@code
 *     CONNECT}: the method
 * @param terminate {@code connect_config}: a CONNECT ends here and its bytes go to the host as they
 *     are; otherwise the CONNECT itself is passed on
 */
public record UpgradeConfig(String type, boolean enabled, boolean terminate) {}
