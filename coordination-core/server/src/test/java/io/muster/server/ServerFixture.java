package io.muster.server;

import io.muster.replica.state.State;
import io.muster.server.config.ServerConfig;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Starts servers on a {@link MemoryJournal}. */
final class ServerFixture {
    private ServerFixture() {}

    static MusterServer start(MemoryJournal journal) {
        return start(journal, builder -> builder);
    }

    static MusterServer start(MemoryJournal journal, UnaryOperator<ServerConfig.Builder> settings) {
        ServerConfig.Builder builder = ServerConfig.in(Path.of("target", "nowhere"))
                .replica(r -> r.tickTimeMs(1_000))
                .transport(t -> t.ioThreads(2).nativeTransport(false))
                .words(Set.of("*"));
        return MusterServer.start(settings.apply(builder).build(), journal, State.initial(7, false), System.nanoTime());
    }
}
