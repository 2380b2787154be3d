package io.muster.client;

import io.muster.protocol.ErrorCode;
import java.util.List;

/** What one read of a {@code multiRead} gave; each has an answer of its own, in the order of the reads. */
public sealed interface ReadResult {
    String path();

    record Data(Node node) implements ReadResult {
        @Override
        public String path() {
            return node.path();
        }
    }

    /** @param names in no order */
    record ChildNames(String path, List<String> names) implements ReadResult {
        public ChildNames {
            names = List.copyOf(names);
        }
    }

    record Failed(String path, ErrorCode code) implements ReadResult {}
}
