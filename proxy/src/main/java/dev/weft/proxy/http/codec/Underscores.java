package dev.weft.proxy.http.codec;

import dev.weft.proxy.config.UnderscoreNames;
import dev.weft.proxy.http.HeaderList;

/** Does with a caller's fields what {@link UnderscoreNames} says. Stateless. */
public final class Underscores {
  private Underscores() {}

  /** Whether the message may go on; what is to be dropped is gone then. */
  public static boolean pass(UnderscoreNames what, HeaderList fields) {
    return switch (what) {
      case ALLOW -> true;
      case REJECT -> !any(fields);
      case DROP -> {
        drop(fields);
        yield true;
      }
    };
  }

  private static boolean any(HeaderList fields) {
    for (int i = 0; i < fields.size(); i++) {
      if (fields.name(i).indexOf('_') >= 0) {
        return true;
      }
    }
    return false;
  }

  private static void drop(HeaderList fields) {
    int i = 0;
    while (i < fields.size()) {
      if (fields.name(i).indexOf('_') >= 0) {
        fields.remove(fields.name(i));
      } else {
        i++;
      }
    }
  }
}
