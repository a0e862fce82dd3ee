package dev.weft.proxy.tls;

import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.svid.SvidVerifier;
import dev.weft.proxy.config.SanMatcher;
import io.netty.util.NetUtil;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;

/** Holds a certificate's alternative names against what is expected, as Envoy does. Stateless. */
final class SubjectNames {
  /** As RFC 5280 section 4.2.1.6 numbers them. */
  private static final int EMAIL = 1;

  private static final int DNS = 2;
  private static final int URI = 6;
  private static final int IP = 7;

  private SubjectNames() {}

  /** Whether one of its names is one of the expected. */
  static boolean any(List<SanMatcher> expected, X509Certificate leaf) {
    return expected.stream().anyMatch(matcher -> one(matcher, leaf));
  }

  private static boolean one(SanMatcher expected, X509Certificate leaf) {
    StringMatcher matcher = expected.matcher();
    return switch (expected.type()) {
      case EMAIL -> names(leaf, EMAIL).stream().anyMatch(matcher::matches);
      case URI -> names(leaf, URI).stream().anyMatch(matcher::matches);
      case DNS -> names(leaf, DNS).stream().anyMatch(name -> dns(matcher, name));
      case IP_ADDRESS ->
          names(leaf, IP).stream().map(SubjectNames::address).anyMatch(matcher::matches);
    };
  }

  /** An exact name is looked for as a host's (RFC 6125 section 6.4), others in the text. */
  private static boolean dns(StringMatcher matcher, String name) {
    return matcher instanceof StringMatcher.Exact exact
        ? host(exact.text(), name)
        : matcher.matches(name);
  }

  /** Whether a certificate's name, which may have a wildcard in its first label, is a host's. */
  static boolean host(String host, String name) {
    String asked = host.toLowerCase(Locale.ROOT);
    String pattern = name.toLowerCase(Locale.ROOT);
    if (asked.equals(pattern)) {
      return true;
    }
    int dot = asked.indexOf('.');
    int patternDot = pattern.indexOf('.');
    if (dot < 0 || patternDot < 0 || pattern.startsWith("xn--")) {
      return false;
    }
    String label = pattern.substring(0, patternDot);
    int star = label.indexOf('*');
    if (star < 0
        || label.indexOf('*', star + 1) >= 0
        || !asked.substring(dot).equals(pattern.substring(patternDot))) {
      return false;
    }
    String own = asked.substring(0, dot);
    return own.length() >= label.length() - 1
        && own.startsWith(label.substring(0, star))
        && own.endsWith(label.substring(star + 1));
  }

  private static String address(String name) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(name);
    return bytes == null ? name : NetUtil.bytesToIpAddress(bytes);
  }

  private static List<String> names(X509Certificate leaf, int type) {
    try {
      return SvidVerifier.names(leaf, type);
    } catch (CertificateException e) {
      // Names that cannot be read are nobody's.
      return List.of();
    }
  }
}
