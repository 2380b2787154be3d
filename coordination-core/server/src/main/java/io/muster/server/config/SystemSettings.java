package io.muster.server.config;

import org.jspecify.annotations.Nullable;

/** Settings by name. {@link #ofThisJvm} is the only place that reads system properties. */
interface SystemSettings {
    @Nullable
    String get(String name);

    static SystemSettings ofThisJvm() {
        return System::getProperty;
    }
}
