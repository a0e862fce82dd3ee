package dev.weft.policy.authz;

import dev.weft.policy.match.CidrRange;
import dev.weft.policy.match.MetadataMatcher;
import dev.weft.policy.match.PathTemplate;
import dev.weft.policy.match.index.TextIndex.Part;
import java.util.List;

/** Something about a request without which a rule cannot match. */
sealed interface Key {

  /** A fact is, begins with, ends with or holds a text. */
  record Text(Fact fact, Part part, String text) implements Key {}

  /** The path could fit a template. */
  record Template(PathTemplate template) implements Key {}

  /** An address is in a range. */
  record Range(Side side, CidrRange range) implements Key {}

  /** The port connected to. */
  record Port(int port) implements Key {}

  /** Whose address. */
  enum Side {
    SOURCE,
    DIRECT,
    REMOTE,
    DESTINATION
  }

  /** A text of a request or connection. */
  sealed interface Fact {
    /** Without query and fragment. */
    record Path() implements Fact {}

    /** One of the peer's names. */
    record Peer() implements Fact {}

    /** SNI. */
    record ServerName() implements Fact {}

    /** A header's value. */
    record Header(String name) implements Fact {}

    /** What a filter said: a text, or a list with one. */
    record Said(String filter, List<String> path) implements Fact {
      Said(MetadataMatcher matcher) {
        this(matcher.filter(), matcher.path());
      }
    }
  }
}
