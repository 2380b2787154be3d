package io.muster.server.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Which build this is. */
public final class Build {
    private static final String RESOURCE = "build.properties";
    /** The release whose protocol and formats we speak: tools decide by it what they may ask. */
    public static final String SPOKEN_VERSION = "3.9.5";

    private final Properties properties = new Properties();

    public Build() {
        try (InputStream in = Build.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + RESOURCE + " is missing in the jar of muster-server");
            }
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Muster's version. */
    public String version() {
        return properties.getProperty("version", "unknown");
    }

    /** As ZooKeeper's words have it: version, then build, then time. */
    String forOperators() {
        String built =
                properties.getProperty("timestamp", "unknown").replace('T', ' ').replaceFirst(":\\d\\dZ$", " UTC");
        return SPOKEN_VERSION + "-muster-" + version() + ", built on " + built;
    }
}
