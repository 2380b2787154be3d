package io.muster.replica.state;

/**
 * The whole replicated state after one transaction: tree, sessions, ephemerals, access control, digest. It never changes,
 * shares structure with the states before and after it, and may be read by any thread that was handed it safely.
 */
public final class State extends StateView {
    State(StateView of) {
        super(of.layout);
        copyFrom(of);
    }

    /**
     * The state of a server that has seen no transaction: the root and the reserved znodes.
     *
     * @param seed of the hash that spreads names; to be drawn at random where clients are not trusted, and fixed in
     *     simulation. States compare equal whatever it is.
     * @param extendedTypes whether znodes may have a time to live
     */
    public static State initial(long seed, boolean extendedTypes) {
        return StateEditor.initial(new Layout(seed, extendedTypes)).freeze();
    }

    /** An editor that starts at this state. */
    public StateEditor edit() {
        return new StateEditor(this);
    }
}
