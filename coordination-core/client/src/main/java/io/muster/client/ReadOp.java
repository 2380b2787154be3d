package io.muster.client;

/** One read of a {@code multiRead}. */
public sealed interface ReadOp {
    String path();

    static ReadOp get(String path) {
        return new Get(path);
    }

    static ReadOp children(String path) {
        return new GetChildren(path);
    }

    record Get(String path) implements ReadOp {}

    record GetChildren(String path) implements ReadOp {}
}
