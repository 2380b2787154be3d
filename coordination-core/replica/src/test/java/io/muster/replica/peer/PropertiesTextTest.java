package io.muster.replica.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The same as the class of the JDK reads, which does I/O and so may not be used where this one is. */
class PropertiesTextTest {
    private static Map<String, String> byTheJdk(String text) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IllegalArgumentException malformed) {
            return null;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        Map<String, String> entries = new TreeMap<>();
        properties.stringPropertyNames().forEach(key -> entries.put(key, properties.getProperty(key)));
        // a lone backslash at the end of all is an entry without a name there
        entries.remove("");
        return entries;
    }

    @Test
    void itReadsAnyTextAsTheJdkDoes() {
        Random random = new Random(17);
        String alphabet = "ab.=: \t\f\\\n\r#!ux0041\u00e9";
        int malformed = 0;
        for (int i = 0; i < 200_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(24); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            Map<String, String> expected = byTheJdk(text.toString());
            Map<String, String> read = PropertiesText.parse(text.toString());
            if (read != null) {
                read.remove("");
            }
            String shown = text.toString().replace("\n", "<LF>").replace("\r", "<CR>");
            if (expected == null) {
                malformed++;
                assertNull(read, shown);
            } else {
                assertEquals(expected, read == null ? null : new TreeMap<>(read), shown);
            }
        }
        assertTrue(malformed > 100, "malformed: " + malformed);
    }
}
