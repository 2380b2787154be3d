package io.muster.testkit.differential;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A frame from a server in words, from which its bytes could be made again but for times and the order of sets: what no
 * record has a place for is there in hex.
 */
final class ReplyText {
    private static final int MULTI_END = -1;

    private final ByteBuffer in;
    private final Function<String, String> shorten;
    private final List<Object> parts = new ArrayList<>();
    /** The operations and error codes of a multi's slots, in their order. */
    final List<Integer> slotErrors = new ArrayList<>();

    /** @param shorten how to show a path or another text */
    ReplyText(ByteBuffer in, Function<String, String> shorten) {
        this.in = in;
        this.shorten = shorten;
    }

    /** The rest of the frame, read as a reply's body. */
    List<Object> body(List<Shape> shapes) {
        int start = in.position();
        try {
            for (Shape shape : shapes) {
                parts.add(" ");
                read(shape);
            }
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            parts.add(" unreadable, all:");
            in.position(start);
        }
        if (in.hasRemaining()) {
            byte[] rest = new byte[in.remaining()];
            in.get(rest);
            parts.add(" bytes " + HexFormat.of().formatHex(rest));
        }
        return parts;
    }

    private void read(Shape shape) {
        switch (shape) {
            case TEXT -> parts.add(text());
            case DATA -> parts.add(data());
            case INT -> parts.add(Integer.toString(in.getInt()));
            case STAT -> stat();
            case ACL -> acl();
            case IDENTITIES -> set(() -> text() + " " + text());
            case SET -> set(this::text);
            case RESULTS -> results();
        }
    }

    private String text() {
        byte[] bytes = buffer();
        if (bytes == null) {
            return "null";
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (!Arrays.equals(bytes, text.getBytes(StandardCharsets.UTF_8))) {
            return "utf8:" + HexFormat.of().formatHex(bytes);
        }
        return ScriptText.quoted(shorten.apply(text));
    }

    private String data() {
        byte[] bytes = buffer();
        return bytes == null ? "null" : ScriptText.quoted(new String(bytes, StandardCharsets.ISO_8859_1));
    }

    private byte[] buffer() {
        int length = in.getInt();
        if (length == -1) {
            return null;
        }
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    /** Times are masked, but a znode that was never changed was changed when it was created. */
    private void stat() {
        long czxid = in.getLong();
        long mzxid = in.getLong();
        long ctime = in.getLong();
        long mtime = in.getLong();
        parts.add("stat c=");
        parts.add(new Transcript.Zxid(czxid));
        parts.add(" m=");
        parts.add(new Transcript.Zxid(mzxid));
        parts.add(ctime == 0 ? " ctime=0" : "");
        parts.add(mtime == 0 ? " mtime=0" : "");
        parts.add(czxid == mzxid && ctime != mtime ? " ctime!=mtime" : "");
        parts.add(" version=" + in.getInt() + " cversion=" + in.getInt() + " aversion=" + in.getInt() + " owner=");
        parts.add(new Transcript.SessionId(in.getLong()));
        parts.add(" bytes=" + in.getInt() + " children=" + in.getInt() + " p=");
        parts.add(new Transcript.Zxid(in.getLong()));
    }

    /**
     * Neighbours with the same permissions and scheme are sorted: where {@code auth} stood in a request, the identities of a
     * connection are stored in the order in which ZooKeeper's hash set has them.
     */
    private void acl() {
        int count = in.getInt();
        List<String> entries = new ArrayList<>();
        List<String> alike = new ArrayList<>();
        String kind = "";
        for (int i = 0; i < count; i++) {
            String next = in.getInt() + " " + text() + " ";
            if (!next.equals(kind)) {
                Collections.sort(alike);
                entries.addAll(alike);
                alike.clear();
                kind = next;
            }
            alike.add(next + text());
        }
        Collections.sort(alike);
        entries.addAll(alike);
        parts.add(count == -1 ? "null" : entries.toString());
    }

    private void set(Supplier<String> element) {
        int count = in.getInt();
        List<String> elements = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            elements.add(element.get());
        }
        Collections.sort(elements);
        parts.add(count == -1 ? "null" : elements.toString());
    }

    private void results() {
        parts.add("{");
        while (true) {
            int type = in.getInt();
            boolean done = in.get() != 0;
            int err = in.getInt();
            if (done) {
                parts.add(type == MULTI_END && err == -1 ? " }" : " type " + type + " err " + err + " }");
                return;
            }
            parts.add(" slot " + type + " err " + err);
            slotErrors.add(err);
            Kind kind = Kind.of(type);
            if (type == MULTI_END) {
                parts.add(" code " + in.getInt());
            } else if (kind == null) {
                throw new IllegalArgumentException("a slot of type " + type);
            } else {
                for (Shape shape : kind.reply) {
                    parts.add(" ");
                    read(shape);
                }
            }
            parts.add(" ;");
        }
    }
}
