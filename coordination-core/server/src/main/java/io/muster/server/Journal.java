package io.muster.server;

import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * Where transactions are kept. One thread calls {@link #append} and {@link #force}; whatever they throw ends the server.
 */
interface Journal extends AutoCloseable {
    /** Writes transactions, oldest first, behind those before. */
    void append(List<Transaction> transactions) throws IOException;

    /** Returns when all that was appended is on the disk. */
    void force() throws IOException;

    /** A state that is on the disk, for when a snapshot is due. Called by the serial loop; does not block. */
    void published(State state);

    /** Where failures go that happen on a thread of the journal's own. Called once, before anything else. */
    void onFailure(Consumer<Throwable> failed);

    /** How often {@link #force} took longer than it should. Any thread. */
    long slowForces();

    /** The server stops: an {@link #append} that waits for room on the disk is to fail instead. Any thread. */
    void stopWaiting();

    @Override
    void close() throws IOException;
}
