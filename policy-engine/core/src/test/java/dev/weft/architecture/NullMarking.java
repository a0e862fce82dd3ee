package dev.weft.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.jspecify.annotations.NullMarked;

/** Whether a package says by its {@code package-info} that its types are not null unless marked. */
final class NullMarking {

  static final ArchCondition<JavaClass> COME_FROM_A_MARKED_PACKAGE =
      new ArchCondition<>("come from a package whose package-info is @NullMarked") {
        @Override
        public void check(JavaClass item, ConditionEvents events) {
          if (!item.getPackage().isAnnotatedWith(NullMarked.class)) {
            events.add(
                SimpleConditionEvent.violated(
                    item, item.getName() + ": package-info.java with @NullMarked is missing"));
          }
        }
      };

  private NullMarking() {}
}
