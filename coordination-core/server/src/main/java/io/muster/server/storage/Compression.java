package io.muster.server.storage;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.xerial.snappy.SnappyError;
import org.xerial.snappy.SnappyInputStream;
import org.xerial.snappy.SnappyOutputStream;

/** How the bytes of a snapshot are packed into its file. The name's ending says it, so any kind is read at any time. */
public enum Compression {
    NONE("") {
        @Override
        OutputStream pack(OutputStream file) {
            return file;
        }

        @Override
        InputStream unpack(InputStream file) {
            return file;
        }
    },
    GZIP(".gz", 0x1f, 0x8b) {
        @Override
        OutputStream pack(OutputStream file) throws IOException {
            return new GZIPOutputStream(file, BUFFER_BYTES);
        }

        @Override
        InputStream unpack(InputStream file) throws IOException {
            return new BufferedInputStream(new GZIPInputStream(file, BUFFER_BYTES), BUFFER_BYTES);
        }
    },
    SNAPPY(".snappy", 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0) {
        @Override
        OutputStream pack(OutputStream file) throws IOException {
            return new SnappyOutputStream(file);
        }

        @Override
        InputStream unpack(InputStream file) throws IOException {
            return new SnappyDamage(new SnappyInputStream(file, MAX_CHUNK_BYTES));
        }
    };

    /** ZooKeeper's chunks, and ours, have 32 KB before they are compressed. */
    private static final int MAX_CHUNK_BYTES = 1 << 24;

    private static final int BUFFER_BYTES = 1 << 16;

    private final String ending;
    private final byte[] begin;

    Compression(String ending, int... begin) {
        this.ending = ending;
        this.begin = new byte[begin.length];
        for (int i = 0; i < begin.length; i++) {
            this.begin[i] = (byte) begin[i];
        }
    }

    /** Closing what this returns writes its end, and closes the file's stream. */
    abstract OutputStream pack(OutputStream file) throws IOException;

    abstract InputStream unpack(InputStream file) throws IOException;

    /** Of a file's name, behind the zxid. */
    String ending() {
        return ending;
    }

    /** Whether a file begins as one of this kind does. */
    boolean hasItsBegin(InputStream file) throws IOException {
        return Arrays.equals(file.readNBytes(begin.length), begin);
    }

    /** What Snappy throws for damaged bytes is an {@link Error} at times. */
    private static final class SnappyDamage extends FilterInputStream {
        SnappyDamage(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            try {
                return in.read();
            } catch (SnappyError e) {
                throw new IOException(e);
            }
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                return in.read(bytes, offset, length);
            } catch (SnappyError e) {
                throw new IOException(e);
            }
        }
    }

    static Compression ofFile(String name) {
        for (Compression each : values()) {
            if (each != NONE && name.endsWith(each.ending)) {
                return each;
            }
        }
        return NONE;
    }
}
