package dev.weft.proxy.http.router;

import dev.weft.proxy.config.HeaderChanges;
import dev.weft.proxy.config.HeaderValue;
import dev.weft.proxy.http.HeaderList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes into headers what a configuration says, in Envoy's order: at each level removals, then
 * what overwrites, then what is added. All values of a level are made of the headers as they were
 * before it.
 */
final class HeaderWriting {
  private HeaderWriting() {}

  /**
   * Writes level after level.
   *
   * @param response the response's headers where a response is written; {@code null}: a request
   */
  static void apply(
      List<HeaderChanges> levels,
      HeaderList headers,
      ValueScene scene,
      @Nullable HeaderList response) {
    for (int i = 0; i < levels.size(); i++) {
      HeaderChanges level = levels.get(i);
      List<String> remove = level.remove();
      for (int k = 0; k < remove.size(); k++) {
        headers.remove(remove.get(k));
      }
      add(level.add(), headers, scene, response);
    }
  }

  /** Writes values alone. */
  static void add(
      List<HeaderValue> values,
      HeaderList headers,
      ValueScene scene,
      @Nullable HeaderList response) {
    if (values.isEmpty()) {
      return;
    }
    @Nullable String[] made = new @Nullable String[values.size()];
    for (int i = 0; i < made.length; i++) {
      HeaderValue value = values.get(i);
      String text = scene.format(value.value(), response);
      boolean written =
          (!text.isEmpty() || value.keepEmpty())
              && switch (value.action()) {
                case APPEND_IF_EXISTS_OR_ADD, OVERWRITE_IF_EXISTS_OR_ADD -> true;
                case ADD_IF_ABSENT -> headers.get(value.name()) == null;
                case OVERWRITE_IF_EXISTS -> headers.get(value.name()) != null;
              };
      made[i] = written ? text : null;
    }
    for (int i = 0; i < made.length; i++) {
      if (overwrites(values.get(i)) && made[i] != null) {
        headers.set(values.get(i).name(), made[i]);
      }
    }
    for (int i = 0; i < made.length; i++) {
      if (!overwrites(values.get(i)) && made[i] != null) {
        headers.add(values.get(i).name(), made[i]);
      }
    }
  }

  private static boolean overwrites(HeaderValue value) {
    return switch (value.action()) {
      case OVERWRITE_IF_EXISTS, OVERWRITE_IF_EXISTS_OR_ADD -> true;
      case APPEND_IF_EXISTS_OR_ADD, ADD_IF_ABSENT -> false;
    };
  }
}
