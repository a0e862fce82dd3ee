package dev.weft.cli.demo;

import java.io.IOException;
import java.util.Locale;

/**
 * What a sidecar or gateway says of its certificate.
 *
 * @param node its name in this demo
 * @param secondsLeft until it ends
 * @param overdue whether the node's metrics complain that it was not renewed
 */
record NodeCertificate(String node, double secondsLeft, boolean overdue) {
  private static final String END = "weft_certificate_not_after_seconds";
  private static final String OVERDUE = "weft_certificate_renewal_overdue";

  /** Reads a node's metrics; throws {@link DemoException} where they say nothing of it. */
  static NodeCertificate of(String node, Api admin, double nowSeconds) throws IOException {
    String metrics = admin.text("/metrics");
    return new NodeCertificate(node, value(metrics, END) - nowSeconds, value(metrics, OVERDUE) > 0);
  }

  /**
   * Whether it complains when it has to: at half of what was left at the renewal, which is due at
   * half of its life and a tenth of that, and a twentieth of it all, earlier or later.
   *
   * @param life of certificates, seconds
   */
  boolean rightAbout(double life) {
    double slop = life / 60;
    return overdue ? secondsLeft <= 0.29 * life + slop : secondsLeft >= 0.21 * life - slop;
  }

  private static double value(String metrics, String name) {
    return metrics
        .lines()
        .filter(line -> line.startsWith(name + ' ') || line.startsWith(name + '{'))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .findFirst()
        .orElseThrow(() -> new DemoException("no " + name + " in a node's metrics"));
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%s: %.0f s left%s", node, secondsLeft, overdue ? ", overdue" : "");
  }
}
