package dev.weft.proxy.http.router;

import dev.weft.policy.match.QueryString;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.HashPolicy;
import dev.weft.proxy.config.RegexSubstitution;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.upstream.lb.XxHash64;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The hash that a request's host is chosen by: that of each policy which finds something, the later
 * ones mixed in, as Envoy does. One for each request of a route with hash policies.
 */
@LoopConfined
final class RequestHash {
  private final RequestHead head;
  private final SocketAddress client;
  private final RandomGenerator random;
  private final List<String> cookies = new ArrayList<>(1);
  private boolean found;
  private long value;

  private RequestHash(RequestHead head, SocketAddress client, RandomGenerator random) {
    this.head = head;
    this.client = client;
    this.random = random;
  }

  /** Hashes what the policies name. */
  static RequestHash of(
      List<HashPolicy> policies, RequestHead head, SocketAddress client, RandomGenerator random) {
    RequestHash hash = new RequestHash(head, client, random);
    for (int i = 0; i < policies.size(); i++) {
      HashPolicy policy = policies.get(i);
      switch (policy) {
        case HashPolicy.Header header -> hash.header(header);
        case HashPolicy.Cookie cookie -> hash.text(hash.cookie(cookie));
        case HashPolicy.SourceIp ip -> hash.text(hash.address());
        case HashPolicy.Query query -> hash.text(QueryString.first(head.path(), query.name()));
      }
      if (hash.found && policy.terminal()) {
        break;
      }
    }
    return hash;
  }

  /** Whether any policy found something. */
  boolean found() {
    return found;
  }

  long value() {
    return value;
  }

  /** Gives the caller the cookies that were made for it. */
  void responding(HeaderList headers) {
    for (int i = 0; i < cookies.size(); i++) {
      headers.add("set-cookie", cookies.get(i));
    }
  }

  private void mix(long next) {
    // Turned before the next is mixed in: two policies with one value do not cancel each other out.
    value = (found ? Long.rotateLeft(value, 1) : 0) ^ next;
    found = true;
  }

  private void text(@Nullable String text) {
    if (text != null) {
      mix(XxHash64.of(text, 0));
    }
  }

  private void header(HashPolicy.Header policy) {
    String name = policy.name();
    RegexSubstitution rewrite = policy.rewrite();
    if (name.startsWith(":")) {
      String value = head.field(name);
      text(value == null || rewrite == null ? value : rewrite.apply(value));
      return;
    }
    HeaderList headers = head.headers();
    List<String> values = new ArrayList<>(1);
    for (int i = 0; i < headers.size(); i++) {
      if (headers.name(i).equals(name)) {
        values.add(rewrite == null ? headers.value(i) : rewrite.apply(headers.value(i)));
      }
    }
    if (!values.isEmpty()) {
      values.sort(null);
      long hash = 0;
      for (String one : values) {
        hash = XxHash64.of(one, hash);
      }
      mix(hash);
    }
  }

  private @Nullable String address() {
    return client instanceof InetSocketAddress inet && inet.getAddress() != null
        ? NetUtil.toAddressString(inet.getAddress(), true)
        : null;
  }

  private @Nullable String cookie(HashPolicy.Cookie policy) {
    String sent = head.headers().cookie(policy.name());
    Duration ttl = policy.ttl();
    if (sent != null || ttl == null) {
      return sent;
    }
    String made = Long.toHexString(random.nextLong());
    cookies.add(
        policy.name()
            + "=\""
            + made
            + "\""
            + (ttl.isZero() ? "" : "; Max-Age=" + ttl.toSeconds())
            + (policy.path().isEmpty() ? "" : "; Path=" + policy.path())
            + policy.attributes()
            + "; HttpOnly");
    return made;
  }
}
