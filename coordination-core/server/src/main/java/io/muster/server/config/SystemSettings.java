package io.muster.server.config;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Settings by name. {@link #ofThisJvm} is the only place that reads system properties. Any thread. */
public interface SystemSettings {
    /** The value, or null if there is none. */
    @Nullable
    String get(String name);

    /** Those that have a value, sorted. */
    Set<String> names();

    /** The system properties of this JVM, as they are at each call. */
    static SystemSettings ofThisJvm() {
        return new SystemSettings() {
            @Override
            public @Nullable String get(String name) {
                return System.getProperty(name);
            }

            @Override
            public Set<String> names() {
                return new TreeSet<>(System.getProperties().stringPropertyNames());
            }
        };
    }

    static SystemSettings of(Map<String, String> values) {
        return new SystemSettings() {
            @Override
            public @Nullable String get(String name) {
                return values.get(name);
            }

            @Override
            public Set<String> names() {
                return new TreeSet<>(values.keySet());
            }
        };
    }
}
