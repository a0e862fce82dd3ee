package dev.weft.proxy.http.codec;

import io.netty.handler.codec.http.HttpResponseStatus;

/** Reason phrases by status: the registered ones, else an empty one. */
final class Reasons {
  private static final String[] PHRASES = new String[600];

  static {
    for (int status = 100; status < PHRASES.length; status++) {
      String phrase = HttpResponseStatus.valueOf(status).reasonPhrase();
      PHRASES[status] = phrase.indexOf('(') >= 0 ? "" : phrase;
    }
  }

  private Reasons() {}

  static String of(int status) {
    return status >= 100 && status < PHRASES.length ? PHRASES[status] : "";
  }
}
