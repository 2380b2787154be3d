package io.muster.server;

import io.muster.replica.Input;
import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import io.muster.replica.zab.Recovered;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * Where transactions are kept. One thread calls {@link #append}, {@link #force} and {@link #carryOut}; whatever they throw ends the server.
 */
interface Journal extends AutoCloseable {
    /** Writes transactions, oldest first, behind those before. */
    void append(List<Transaction> transactions) throws IOException;

    /** What a member of an ensemble has beside its state. Called once, before anything else. */
    Recovered history();

    /** Returns when all that was appended is on the disk. */
    void force() throws IOException;

    /**
     * Does one of a member's tasks.
     *
     * @param done is told what was done: before this returns, or, of a log that was read, later on another thread
     */
    void carryOut(DiskTask.OfMember task, Consumer<Input> done) throws IOException;

    /** A state of committed transactions, for when a snapshot is due. Called by the serial loop; does not block. */
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
