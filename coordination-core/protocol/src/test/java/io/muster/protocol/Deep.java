package io.muster.protocol;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A text of all that a record holds, arrays and lists included, to compare by: its own equals goes by the array's identity. */
final class Deep {
    private Deep() {}

    static String text(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return Arrays.toString(bytes);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Deep::text).toList().toString();
        }
        if (value instanceof Record && !(value instanceof Id)) {
            List<String> fields = new ArrayList<>();
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                fields.add(component.getName() + "=" + text(component(value, component)));
            }
            return value.getClass().getSimpleName() + fields;
        }
        return value instanceof String ? "\"" + value + "\"" : String.valueOf(value);
    }

    private static @Nullable Object component(Object value, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
