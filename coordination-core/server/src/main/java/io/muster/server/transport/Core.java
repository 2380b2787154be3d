package io.muster.server.transport;

import io.muster.replica.Input;
import java.util.List;

/** The serial loop as the I/O threads see it. */
public interface Core {
    /** Puts inputs into the loop's inbox, in their order. Never blocks; called by any thread. */
    void submit(List<Input> inputs);

    /**
     * Answers that wait for the log, also those to clients who have left, as of the loop's last batch; and the handshakes that
     * came since.
     */
    int waiting();

    /** Says that a handshake is going to be submitted: it counts as waiting from now on. Called by any thread. */
    void handshakeComes();

    /** What the loop published last. */
    Published published();
}
