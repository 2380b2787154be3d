package io.muster.protocol;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a znode's path may look like, and how it is taken apart. */
public final class Paths {
    private Paths() {}

    /**
     * Says what is wrong with a path, or null when it is valid: it starts with {@code /}, has no empty, {@code .} or
     * {@code ..} component, does not end with {@code /} unless it is the root, and has no control characters,
     * surrogates, private-use characters or specials.
     */
    public static @Nullable String problem(String path) {
        if (path.isEmpty()) {
            return "the path is empty";
        }
        if (path.charAt(0) != '/') {
            return "the path does not start with /";
        }
        int length = path.length();
        if (length == 1) {
            return null;
        }
        if (path.charAt(length - 1) == '/') {
            return "the path ends with /";
        }
        int componentStart = 1;
        for (int i = 1; i <= length; i++) {
            char c = i == length ? '/' : path.charAt(i);
            if (c == '/') {
                String problem = componentProblem(path, componentStart, i);
                if (problem != null) {
                    return problem;
                }
                componentStart = i + 1;
            } else if (isForbidden(c)) {
                return String.format(Locale.ROOT, "character U+%04X at index %d is not allowed in a path", (int) c, i);
            }
        }
        return null;
    }

    public static boolean isValid(String path) {
        return problem(path) == null;
    }

    /**
     * The path itself when it is valid.
     *
     * @throws IllegalArgumentException that says what is wrong
     */
    public static String requireValid(String path) {
        String problem = problem(path);
        if (problem != null) {
            throw new IllegalArgumentException(problem + ": \"" + printable(path) + "\"");
        }
        return path;
    }

    /** The parent of a path other than the root: {@code /} for {@code /a}. */
    public static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    /** The last component. */
    public static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    public static String child(String parent, String name) {
        return parent.equals("/") ? "/" + name : parent + "/" + name;
    }

    /** A sequential znode's suffix: the parent's counter, ten digits with leading zeros. */
    public static String sequenceSuffix(int counter) {
        String digits = Integer.toString(counter);
        if (counter < 0 || digits.length() >= 10) {
            return String.format(Locale.ROOT, "%010d", counter);
        }
        return "0000000000".substring(digits.length()) + digits;
    }

    /** A path as a log line may show it: control characters escaped, at most 200 characters. */
    public static String printable(String path) {
        StringBuilder out = new StringBuilder(Math.min(path.length(), 200) + 16);
        for (int i = 0; i < path.length(); i++) {
            if (i == 200) {
                return out.append("... (")
                        .append(path.length())
                        .append(" characters)")
                        .toString();
            }
            char c = path.charAt(i);
            if (isForbidden(c)) {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static @Nullable String componentProblem(String path, int from, int to) {
        int length = to - from;
        if (length == 0) {
            return "the path has an empty component at index " + from;
        }
        if (path.charAt(from) == '.' && (length == 1 || length == 2 && path.charAt(from + 1) == '.')) {
            return "the path has a relative component at index " + from;
        }
        return null;
    }

    private static boolean isForbidden(char c) {
        return c <= 0x1F || c >= 0x7F && c <= 0x9F || c >= 0xD800 && c <= 0xF8FF || c >= 0xFFF0;
    }
}
