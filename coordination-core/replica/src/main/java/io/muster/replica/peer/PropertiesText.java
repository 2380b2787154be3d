package io.muster.replica.peer;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text format of Java properties, as {@code java.util.Properties} does; but a lone backslash at the end of all is
 * no entry here. Used once, by one thread.
 *
 * @see <a href="https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/Properties.html">the format</a>
 */
final class PropertiesText {
    private final String text;
    private int at;

    private PropertiesText(String text) {
        this.text = text;
    }

    /** Keys and values in the order of the text; null if it has an escape that is none. Of equal keys the last one counts. */
    static @Nullable Map<String, String> parse(String text) {
        PropertiesText reader = new PropertiesText(text);
        Map<String, String> entries = new LinkedHashMap<>();
        for (String line = reader.nextLine(); line != null; line = reader.nextLine()) {
            int keyEnd = keyEnd(line);
            String key = unescaped(line.substring(0, keyEnd));
            String value = unescaped(line.substring(valueFrom(line, keyEnd)));
            if (key == null || value == null) {
                return null;
            }
            entries.put(key, value);
        }
        return entries;
    }

    /** The next line that holds an entry, with those that continue it; null at the end. */
    private @Nullable String nextLine() {
        while (at < text.length()) {
            skipBlanks();
            if (at == text.length()) {
                return null;
            }
            char first = text.charAt(at);
            if (isLineEnd(first)) {
                at++;
            } else if (first == '#' || first == '!') {
                skipComment();
            } else {
                String line = joinedLine();
                if (!line.isEmpty()) {
                    return line;
                }
            }
        }
        return null;
    }

    private void skipComment() {
        while (at < text.length() && !isLineEnd(text.charAt(at))) {
            at++;
        }
    }

    /** From the first character that is not blank to a line's end that no backslash takes away. */
    private String joinedLine() {
        StringBuilder line = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (isLineEnd(c)) {
                break;
            }
            if (c != '\\') {
                line.append(c);
            } else if (at < text.length() && isLineEnd(text.charAt(at))) {
                skipLineEnd();
                if (line.isEmpty()) {
                    // nothing is continued: what follows may be a comment
                    return "";
                }
                skipBlanks();
            } else if (at < text.length()) {
                line.append(c).append(text.charAt(at++));
            }
        }
        return line.toString();
    }

    private void skipLineEnd() {
        char c = text.charAt(at++);
        if (c == '\r' && at < text.length() && text.charAt(at) == '\n') {
            at++;
        }
    }

    private void skipBlanks() {
        while (at < text.length() && isBlank(text.charAt(at))) {
            at++;
        }
    }

    private static boolean isLineEnd(char c) {
        return c == '\n' || c == '\r';
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\f';
    }

    private static int keyEnd(String line) {
        int end = 0;
        while (end < line.length()) {
            char c = line.charAt(end);
            if (c == '=' || c == ':' || isBlank(c)) {
                return end;
            }
            end += c == '\\' ? 2 : 1;
        }
        return line.length();
    }

    /** Behind blanks, at most one equals sign or colon, and blanks again. */
    private static int valueFrom(String line, int keyEnd) {
        int from = keyEnd;
        boolean separated = false;
        while (from < line.length()) {
            char c = line.charAt(from);
            if (!isBlank(c)) {
                if (separated || c != '=' && c != ':') {
                    break;
                }
                separated = true;
            }
            from++;
        }
        return from;
    }

    private static @Nullable String unescaped(String raw) {
        if (raw.indexOf('\\') < 0) {
            return raw;
        }
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c != '\\') {
                plain.append(c);
                continue;
            }
            i++;
            if (i == raw.length()) {
                break;
            }
            char escaped = raw.charAt(i);
            if (escaped == 'u') {
                int code = code(raw, i + 1);
                if (code < 0) {
                    return null;
                }
                plain.append((char) code);
                i += 4;
            } else {
                plain.append(
                        switch (escaped) {
                            case 't' -> '\t';
                            case 'r' -> '\r';
                            case 'n' -> '\n';
                            case 'f' -> '\f';
                            default -> escaped;
                        });
            }
        }
        return plain.toString();
    }

    /** Four hexadecimal digits; -1 if there are none. */
    private static int code(String raw, int from) {
        if (from + 4 > raw.length()) {
            return -1;
        }
        int code = 0;
        for (int i = from; i < from + 4; i++) {
            char c = raw.charAt(i);
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                return -1;
            }
            code = code * 16 + digit;
        }
        return code;
    }
}
