package io.muster.replica.zab;

/** What a server does in its ensemble. */
public sealed interface Role {
    /** Looks for a leader. Nothing is served but what a server that is cut off may serve. */
    record Looking() implements Role {}

    /** Has been elected, and is not established: learners may come to it. */
    record Elected() implements Role {}

    /** Leads: transactions may be proposed. */
    record Leading(long epoch) implements Role {}

    /** Goes to a leader, and takes over its history. */
    record Joining(long leader) implements Role {}

    /** Has the leader's history, and acknowledges its proposals; as a voter or not. */
    record Following(long leader, long epoch) implements Role {}

    /** Has the leader's history, and learns what is committed. */
    record Observing(long leader, long epoch) implements Role {}

    /**
     * Takes no part any more, and is about to stop. Its election connections are to be closed, so that nobody waits for its
     * vote.
     */
    record Retired() implements Role {}
}
