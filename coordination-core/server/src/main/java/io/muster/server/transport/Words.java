package io.muster.server.transport;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Four-letter words, which come in place of a first frame's length. Called on I/O threads. */
public interface Words {
    /**
     * The word of a code.
     *
     * @param code the four bytes as a number
     * @return null if it is no word
     */
    @Nullable
    Word find(int code);

    /** One word. */
    interface Word {
        /** How many bytes follow that belong to it: 0 or 8. */
        int argumentBytes();

        /**
         * What to write before the connection is closed, perhaps nothing. Never blocks; the answer may come on any thread.
         *
         * @param argument what followed, 0 if nothing belongs to it
         */
        CompletableFuture<String> answer(long argument);
    }
}
