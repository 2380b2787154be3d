package io.muster.recipes.lease;

/**
 * Where a {@link Lease} stands.
 *
 * <pre>
 * HELD       the connection breaks            SUSPECT
 * SUSPECT    the session is attached again    HELD
 * HELD, SUSPECT   lost                        LOST
 * HELD, SUSPECT   released                    RELEASING
 * RELEASING  the server confirmed it          RELEASED
 * </pre>
 */
public enum LeaseState {
    HELD,
    /** Held still, but there is no connection at the moment: it will be lost at the deadline unless there is one before. */
    SUSPECT,
    /** Not held any more, and not by the holder's will. Never left. */
    LOST,
    /** The holder let go; the server has not confirmed yet that the znode is deleted. */
    RELEASING,
    /** The znode is deleted, or the session is over and it will be. Never left. */
    RELEASED
}
