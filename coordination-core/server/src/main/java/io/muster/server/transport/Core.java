package io.muster.server.transport;

import io.muster.replica.Input;
import java.util.List;

/** The serial loop as the I/O threads see it. */
public interface Core {
    /** Puts inputs into the loop's inbox, in their order. Never blocks; called by any thread. */
    void submit(List<Input> inputs);

    /** What the loop published last. */
    Published published();
}
