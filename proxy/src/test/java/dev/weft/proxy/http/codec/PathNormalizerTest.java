package dev.weft.proxy.http.codec;

import static org.assertj.core.api.Assertions.assertThat;

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
}
