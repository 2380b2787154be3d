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
     */
    public static State initial(long seed, TimesToLive timesToLive) {
        return StateEditor.initial(new Layout(seed, timesToLive)).freeze();
    }

    /** @param timesToLive whether znodes may have one */
    public static State initial(long seed, boolean timesToLive) {
        return initial(seed, timesToLive ? TimesToLive.ON : TimesToLive.OFF);
    }

    /** An editor that starts at this state. */
    public StateEditor edit() {
        return new StateEditor(this);
    }
}
