package dev.weft.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvent;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/** What a class that belongs to one event loop must not hold: the means of sharing. */
final class LoopConfinement {

  static final DescribedPredicate<JavaClass> MARKED =
      DescribedPredicate.describe(
          "are @LoopConfined",
          c ->
              c.getAnnotations().stream()
                  .anyMatch(a -> a.getRawType().getSimpleName().equals("LoopConfined")));

  static final ArchCondition<JavaClass> SHARE_NOTHING =
      new ArchCondition<>("have no volatile, atomic or lock field and no synchronized method") {
        @Override
        public void check(JavaClass item, ConditionEvents events) {
          item.getFields().stream()
              .filter(LoopConfinement::isShared)
              .forEach(f -> events.add(violation(f, f.getDescription())));
          item.getMethods().stream()
              .filter(m -> m.getModifiers().contains(JavaModifier.SYNCHRONIZED))
              .forEach(m -> events.add(violation(m, m.getDescription())));
        }
      };

  private LoopConfinement() {}

  private static boolean isShared(JavaField field) {
    String type = field.getRawType().getPackageName();
    return field.getModifiers().contains(JavaModifier.VOLATILE)
        || type.equals("java.util.concurrent.atomic")
        || type.equals("java.util.concurrent.locks");
  }

  private static ConditionEvent violation(Object what, String description) {
    return SimpleConditionEvent.violated(what, description + " is a means of sharing");
  }
}
