package io.muster.client;

import java.util.Objects;

/** One operation of a {@code multi}. */
public sealed interface Op {
    /** Any version will do. */
    int ANY_VERSION = -1;

    String path();

    static Op create(String path, byte[] data) {
        return create(path, data, CreateOptions.PERSISTENT);
    }

    /** @param options without parents: a multi creates them as operations of their own */
    static Op create(String path, byte[] data, CreateOptions options) {
        return new Create(path, data, options);
    }

    static Op delete(String path) {
        return delete(path, ANY_VERSION);
    }

    static Op delete(String path, int version) {
        return new Delete(path, version);
    }

    static Op set(String path, byte[] data) {
        return set(path, data, ANY_VERSION);
    }

    static Op set(String path, byte[] data, int version) {
        return new Set(path, data, version);
    }

    /** Fails the multi unless the znode exists. */
    static Op check(String path) {
        return check(path, ANY_VERSION);
    }

    /** Fails the multi unless the znode exists and its data has this version. */
    static Op check(String path, int version) {
        return new Check(path, version);
    }

    @SuppressWarnings("ArrayRecordComponent") // encoded when the multi is submitted
    record Create(String path, byte[] data, CreateOptions options) implements Op {
        public Create {
            Objects.requireNonNull(data, "data");
            if (options.parents() != CreateOptions.Parents.MUST_EXIST) {
                throw new IllegalArgumentException(
                        "a multi does not create parents by itself: put an operation for each before this one");
            }
        }
    }

    record Delete(String path, int version) implements Op {}

    @SuppressWarnings("ArrayRecordComponent") // encoded when the multi is submitted
    record Set(String path, byte[] data, int version) implements Op {
        public Set {
            Objects.requireNonNull(data, "data");
        }
    }

    record Check(String path, int version) implements Op {}
}
