package dev.weft.proxy.xds.parse;

import com.google.protobuf.UInt32Value;
import dev.weft.policy.xds.Problems;
import io.envoyproxy.envoy.type.v3.Percent;

/** Numbers within bounds. Each returns a usable value whether or not it added a problem. */
final class Numbers {
  private Numbers() {}

  /** An unsigned 32-bit wrapper. */
  static int uint32(
      boolean set, UInt32Value value, int whenUnset, int least, int most, Problems problems) {
    return set
        ? within(Integer.toUnsignedLong(value.getValue()), least, most, whenUnset, problems)
        : whenUnset;
  }

  static int within(long value, int least, int most, int instead, Problems problems) {
    if (value < least || value > most) {
      problems.add("is " + value + ", expected " + least + " to " + most);
      return instead;
    }
    return (int) value;
  }

  static double percent(boolean set, Percent value, double whenUnset, Problems problems) {
    if (!set) {
      return whenUnset;
    }
    double percent = value.getValue();
    if (!(percent >= 0 && percent <= 100)) {
      problems.field("value").add("is " + percent + ", expected 0 to 100");
      return whenUnset;
    }
    return percent;
  }
}
