package dev.weft.policy.match;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathNormalizerTest {

  @ParameterizedTest
  @CsvSource({
    "/,/",
    "/a/b,/a/b",
    "/a/./b,/a/b",
    "/a/../b,/b",
    "/a/b/..,/a/",
    "/a/b/.,/a/b/",
    "/..,/",
    "/../../a,/a",
    "/a/%2e%2E/b,/b",
    "/%61%7e,/a~",
    "/a%2Fb,/a%2Fb",
    "/a\\b,/a/b",
    "/a/...,/a/...",
    "/.a,/.a",
    "/a//b,/a//b",
    "/a/..?x=/../%61,/?x=/../%61",
    "*,*",
  })
  void pathsThatMeanTheSameLookTheSame(String path, String expected) {
    assertThat(PathNormalizer.normalize(path, true, false)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"/%", "/%4", "/%zz", "/a%00b", "/%-1"})
  void brokenEscapesCannotBeNormalised(String path) {
    assertThat(PathNormalizer.normalize(path, true, false)).isNull();
  }

  @ParameterizedTest
  @CsvSource({"//a///b//,/a/b/", "/a?x=//,/a?x=//"})
  void slashesAreMergedWhenAsked(String path, String expected) {
    assertThat(PathNormalizer.normalize(path, false, true)).isEqualTo(expected);
  }

  @Property(tries = 500)
  void normalisingTwiceChangesNothing(
      @ForAll
          @StringLength(max = 20)
          @Chars({'/', '.', '%', '2', 'e', 'F', '\\'})
          @CharRange(from = 'a', to = 'c')
          String rest) {
    String once = PathNormalizer.normalize("/" + rest, true, true);
    if (once != null) {
      assertThat(once).startsWith("/").doesNotContain("/../").doesNotContain("//");
      assertThat(PathNormalizer.normalize(once, true, true)).isEqualTo(once);
    }
  }

  @Property(tries = 3000)
  void itAgreesWithReadingTheRulesOneAfterTheOther(
      @ForAll
          @StringLength(max = 24)
          @Chars({'/', '/', '.', '.', '%', '0', '2', 'e', 'F', '5', '\\', '?', 'a'})
          String rest,
      @ForAll boolean normalize,
      @ForAll boolean merge) {
    assertThat(PathNormalizer.normalize("/" + rest, normalize, merge))
        .isEqualTo(naive("/" + rest, normalize, merge));
  }

  private static String naive(String target, boolean normalize, boolean merge) {
    String[] parts = target.split("\\?", 2);
    String path = parts[0];
    if (normalize) {
      if (Pattern.compile("%(?![0-9a-fA-F]{2})|%00").matcher(path).find()) {
        return null;
      }
      path = dotsRemoved(decoded(path).replace('\\', '/'));
    }
    if (merge) {
      path = path.replaceAll("/+", "/");
    }
    return parts.length == 1 ? path : path + "?" + parts[1];
  }

  private static String decoded(String path) {
    return Pattern.compile("%([0-9a-fA-F]{2})")
        .matcher(path)
        .replaceAll(escape -> {
          String c = Character.toString(Integer.parseInt(escape.group(1), 16));
          return Matcher.quoteReplacement(c.matches("[A-Za-z0-9._~-]") ? c : escape.group());
        });
  }

  /** A stack of segments; what ends in dots is a directory. */
  private static String dotsRemoved(String path) {
    Deque<String> kept = new ArrayDeque<>();
    String[] segments = path.substring(1).split("/", -1);
    for (String segment : segments) {
      if (segment.equals("..")) {
        kept.pollLast();
      } else if (!segment.equals(".")) {
        kept.addLast(segment);
      }
    }
    String last = segments[segments.length - 1];
    if (last.equals(".") || last.equals("..")) {
      kept.addLast("");
    }
    return "/" + String.join("/", kept);
  }
}
