package dev.weft.proxy.http.filter.authz;

import dev.weft.proxy.http.HeaderList;

/**
 * A change of a header.
 *
 * @param name lower case
 */
record HeaderMutation(String name, String value, Action action) {
  /** What becomes of values that are there. */
  enum Action {
    /** They go. */
    SET,
    /** They stay, and this one follows. */
    ADD,
    /** Without one nothing happens; else this one is joined to it. */
    JOIN,
    /** With one nothing happens. */
    ADD_IF_ABSENT,
    /** Without one nothing happens; else they go. */
    SET_IF_THERE
  }

  void apply(HeaderList headers) {
    switch (action) {
      case SET -> headers.set(name, value);
      case ADD -> headers.add(name, value);
      case JOIN -> {
        String there = headers.joined(name);
        if (there != null) {
          headers.set(name, there + "," + value);
        }
      }
      case ADD_IF_ABSENT -> {
        if (headers.get(name) == null) {
          headers.add(name, value);
        }
      }
      case SET_IF_THERE -> {
        if (headers.get(name) != null) {
          headers.set(name, value);
        }
      }
    }
  }
}
