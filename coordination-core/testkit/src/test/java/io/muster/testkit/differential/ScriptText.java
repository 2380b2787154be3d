package io.muster.testkit.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A line of a script as text, there and back: words apart by blanks, {@code null} for the wire's null, quotes around what
 * is no plain word; {@code [31 world anyone 1 ip 10.0.0.1]} is an access control list, {@code [/a /b]} a list of paths,
 * {@code { delete /a -1 ; check /b 0 }} what a multi holds.
 */
final class ScriptText {
    private static final Pattern TOKEN =
            Pattern.compile("\\s*(\"(?:[^\"\\\\]|\\\\.)*\"|[\\[\\]{};]|[^\\s\\[\\]{};\"]+)");
    private static final Pattern PLAIN = Pattern.compile("[\\w/.:=@+!%-]+");

    private final List<String> tokens = new ArrayList<>();
    private int next;

    ScriptText(String line) {
        Matcher matcher = TOKEN.matcher(line.strip());
        int end = 0;
        while (matcher.lookingAt()) {
            tokens.add(matcher.group(1));
            end = matcher.end();
            matcher.region(end, line.strip().length());
        }
        if (end < line.strip().length()) {
            throw new IllegalArgumentException("cannot read " + line + " from its character " + end);
        }
    }

    Step step() {
        int session = Integer.parseInt(take());
        boolean pipelined = skip("~");
        Operation operation = operation();
        int cutBytes = skip("cut") ? Integer.parseInt(take()) : 0;
        Integer xid = skip("xid") ? Integer.valueOf(take()) : null;
        if (next < tokens.size()) {
            throw new IllegalArgumentException("too many words: " + tokens);
        }
        return new Step(session, pipelined, operation, cutBytes, xid);
    }

    private Operation operation() {
        Kind kind = Kind.of(take());
        List<@Nullable Object> arguments = new ArrayList<>();
        for (Field field : kind.fields) {
            arguments.add(skip("null") ? null : value(field));
        }
        return new Operation(kind, arguments);
    }

    private Object value(Field field) {
        return switch (field) {
            case PATH, TEXT, DATA, BYTES, ZXID -> unquoted(take());
            case INT -> Integer.parseInt(take());
            case LONG -> Long.parseLong(take());
            case BOOL -> Boolean.parseBoolean(take());
            case ACL -> acl();
            case PATHS -> paths();
            case OPS -> operations();
        };
    }

    private List<AclEntry> acl() {
        List<AclEntry> entries = new ArrayList<>();
        expect("[");
        while (!skip("]")) {
            entries.add(new AclEntry(Integer.parseInt(take()), nullable(), nullable()));
        }
        return entries;
    }

    private @Nullable String nullable() {
        return skip("null") ? null : unquoted(take());
    }

    private List<String> paths() {
        List<String> paths = new ArrayList<>();
        expect("[");
        while (!skip("]")) {
            paths.add(unquoted(take()));
        }
        return paths;
    }

    private List<Operation> operations() {
        List<Operation> parts = new ArrayList<>();
        expect("{");
        while (!skip("}")) {
            parts.add(operation());
            skip(";");
        }
        return parts;
    }

    private String take() {
        if (next == tokens.size()) {
            throw new IllegalArgumentException("too few words: " + tokens);
        }
        return tokens.get(next++);
    }

    private boolean skip(String token) {
        boolean there = next < tokens.size() && tokens.get(next).equals(token);
        next += there ? 1 : 0;
        return there;
    }

    private void expect(String token) {
        if (!skip(token)) {
            throw new IllegalArgumentException("no " + token + " at word " + next + " of " + tokens);
        }
    }

    static String print(Operation operation) {
        StringBuilder text = new StringBuilder(operation.kind().word);
        for (int i = 0; i < operation.arguments().size(); i++) {
            text.append(' ')
                    .append(print(
                            operation.kind().fields.get(i),
                            operation.arguments().get(i)));
        }
        return text.toString();
    }

    @SuppressWarnings("unchecked") // what a list holds is said by its field
    private static String print(Field field, @Nullable Object value) {
        if (value == null) {
            return "null";
        }
        return switch (field) {
            case PATH, TEXT, DATA, BYTES, ZXID -> quoted((String) value);
            case INT, LONG, BOOL -> value.toString();
            case ACL ->
                ((List<AclEntry>) value)
                        .stream()
                                .map(e -> e.perms() + " " + print(Field.TEXT, e.scheme()) + " "
                                        + print(Field.TEXT, e.id()))
                                .collect(Collectors.joining(" ", "[", "]"));
            case PATHS ->
                ((List<String>) value).stream().map(ScriptText::quoted).collect(Collectors.joining(" ", "[", "]"));
            case OPS ->
                ((List<Operation>) value)
                        .stream().map(ScriptText::print).collect(Collectors.joining(" ; ", "{ ", " }"));
        };
    }

    static String quoted(String text) {
        if (PLAIN.matcher(text).matches() && !text.equals("null")) {
            return text;
        }
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < 0x20 || c >= 0x7F) {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    private static String unquoted(String token) {
        if (!token.startsWith("\"")) {
            return token;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 1; i < token.length() - 1; i++) {
            char c = token.charAt(i);
            if (c != '\\') {
                text.append(c);
            } else if (token.charAt(i + 1) == 'u') {
                text.append((char) Integer.parseInt(token.substring(i + 2, i + 6), 16));
                i += 5;
            } else {
                text.append(token.charAt(++i));
            }
        }
        return text.toString();
    }
}
