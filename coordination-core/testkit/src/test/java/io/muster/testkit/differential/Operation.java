package io.muster.testkit.differential;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An operation with its arguments, one for each of its kind's fields.
 *
 * @param arguments {@link String} for paths, texts, data and zxids; {@link Integer}, {@link Long}, {@link Boolean}; lists of
 *     {@link AclEntry}, of strings and of operations; null where the wire's null is meant
 */
record Operation(Kind kind, List<@Nullable Object> arguments) {
    Operation {
        if (arguments.size() != kind.fields.size()) {
            throw new IllegalArgumentException(
                    kind.word + " has " + kind.fields.size() + " arguments, not " + arguments);
        }
        arguments = Collections.unmodifiableList(new ArrayList<>(arguments));
    }

    static Operation of(Kind kind, @Nullable Object... arguments) {
        return new Operation(kind, Arrays.asList(arguments));
    }

    /** What a script leaves open. */
    interface Names {
        String path(String inScript);

        long zxid(String inScript);
    }

    int code() {
        return kind == Kind.OPCODE ? (Integer) argument(0) : kind.code;
    }

    Object argument(int index) {
        Object argument = arguments.get(index);
        if (argument == null) {
            throw new IllegalStateException(kind.word + " has no argument " + index);
        }
        return argument;
    }

    /** What a multi holds; nothing for other operations. */
    @SuppressWarnings("unchecked") // fields of this kind hold operations
    List<Operation> parts() {
        return kind.fields.contains(Field.OPS) ? (List<Operation>) argument(0) : List.of();
    }

    byte[] encode(Names names) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            write(new DataOutputStream(bytes), names);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private void write(DataOutputStream out, Names names) throws IOException {
        int first = kind == Kind.OPCODE ? 1 : 0; // whose number is in the header
        for (int i = first; i < kind.fields.size(); i++) {
            write(out, kind.fields.get(i), arguments.get(i), names);
        }
    }

    @SuppressWarnings("unchecked") // what a list holds is said by its field
    private static void write(DataOutputStream out, Field field, @Nullable Object value, Names names)
            throws IOException {
        if (value == null) {
            out.writeInt(-1);
            return;
        }
        switch (field) {
            case PATH -> writeBuffer(out, names.path((String) value).getBytes(StandardCharsets.UTF_8));
            case TEXT -> writeBuffer(out, ((String) value).getBytes(StandardCharsets.UTF_8));
            case DATA -> writeBuffer(out, ((String) value).getBytes(StandardCharsets.ISO_8859_1));
            case BYTES -> out.write(((String) value).getBytes(StandardCharsets.ISO_8859_1));
            case INT -> out.writeInt((Integer) value);
            case LONG -> out.writeLong((Long) value);
            case BOOL -> out.writeBoolean((Boolean) value);
            case ZXID -> out.writeLong(names.zxid((String) value));
            case ACL -> {
                List<AclEntry> entries = (List<AclEntry>) value;
                out.writeInt(entries.size());
                for (AclEntry entry : entries) {
                    out.writeInt(entry.perms());
                    write(out, Field.TEXT, entry.scheme(), names);
                    write(out, Field.TEXT, entry.id(), names);
                }
            }
            case PATHS -> {
                List<String> paths = (List<String>) value;
                out.writeInt(paths.size());
                for (String path : paths) {
                    write(out, Field.PATH, path, names);
                }
            }
            case OPS -> {
                for (Operation part : (List<Operation>) value) {
                    writeMultiHeader(out, part.code(), false);
                    part.write(out, names);
                }
                writeMultiHeader(out, -1, true);
            }
        }
    }

    private static void writeMultiHeader(DataOutputStream out, int type, boolean done) throws IOException {
        out.writeInt(type);
        out.writeBoolean(done);
        out.writeInt(-1);
    }

    private static void writeBuffer(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    @Override
    public String toString() {
        return ScriptText.print(this);
    }
}
