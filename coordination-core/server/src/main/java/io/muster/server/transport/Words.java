package io.muster.server.transport;

import org.jspecify.annotations.Nullable;

/** Four-letter words, which come in place of a first frame's length. Called on I/O threads. */
public interface Words {
    /**
     * @param word the four bytes as a number
     * @return what to write before the connection is closed, perhaps nothing; null if it is no word
     */
    @Nullable
    String answer(int word);
}
