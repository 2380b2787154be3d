package io.muster.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * An ensemble of servers in processes of their own, of Muster's and ZooKeeper's in any mix. Servers have the numbers from 1.
 *
 * <p>{@link #close()} ends the processes and deletes their directories. Not for several threads.
 */
public final class ProcessEnsemble implements AutoCloseable {
    private static final int PORTS_EACH = 3;

    private final List<ServerProcess> servers = new ArrayList<>();

    private ProcessEnsemble() {}

    /** Makes a builder of one server. */
    public interface Kind extends Function<Integer, ServerProcess.Builder<? extends ServerProcess>> {
        Kind MUSTER = id -> MusterProcess.builder();
        Kind ZOOKEEPER = id -> ZooKeeperProcess.memberBuilder();
    }

    /**
     * Starts one server of each kind, in this order, and waits until all serve. The last one leads: it has the largest
     * number, and a majority with the first ones before the others come.
     */
    public static ProcessEnsemble start(Kind... kinds) {
        ProcessEnsemble ensemble = new ProcessEnsemble();
        List<Integer> ports = FreePorts.find(PORTS_EACH * kinds.length);
        try {
            for (int id = 1; id <= kinds.length; id++) {
                ServerProcess.Builder<? extends ServerProcess> builder = kinds[id - 1].apply(id);
                builder.config("initLimit", "20").config("syncLimit", "10");
                for (int other = 1; other <= kinds.length; other++) {
                    int quorumPort = ports.get(kinds.length + 2 * (other - 1));
                    int electionPort = ports.get(kinds.length + 2 * (other - 1) + 1);
                    builder.config("server." + other, "127.0.0.1:" + quorumPort + ":" + electionPort);
                }
                ensemble.servers.add(builder.member(id, ports.get(id - 1)));
            }
            int needed = kinds.length / 2;
            ensemble.launch(
                    ensemble.servers.subList(kinds.length - 1, kinds.length), ensemble.servers.subList(0, needed));
            ensemble.launch(ensemble.servers.subList(needed, kinds.length - 1), List.of());
            return ensemble;
        } catch (RuntimeException e) {
            ensemble.close();
            throw e;
        }
    }

    private void launch(List<ServerProcess> some, List<ServerProcess> others) {
        some.forEach(ServerProcess::launch);
        others.forEach(ServerProcess::launch);
        some.forEach(ServerProcess::awaitServing);
        others.forEach(ServerProcess::awaitServing);
    }

    public int size() {
        return servers.size();
    }

    public ServerProcess server(int id) {
        return servers.get(id - 1);
    }

    public String connectString() {
        return servers.stream().map(ServerProcess::connectString).collect(Collectors.joining(","));
    }

    /** What {@code srvr} says behind a label, like {@code Mode}; empty if the server does not serve. */
    public String says(int id, String label) {
        return server(id)
                .fourLetterWord("srvr")
                .lines()
                .filter(line -> line.startsWith(label + ": "))
                .map(line -> line.substring(label.length() + 2))
                .findFirst()
                .orElse("");
    }

    /** The number of the server that leads at present. */
    public OptionalInt leader() {
        return IntStream.rangeClosed(1, size())
                .filter(id -> server(id).isRunning() && says(id, "Mode").equals("leader"))
                .findFirst();
    }

    /** Waits until all running servers serve. */
    public void awaitServing() {
        servers.stream().filter(ServerProcess::isRunning).forEach(ServerProcess::awaitServing);
    }

    @Override
    public void close() {
        servers.forEach(ServerProcess::close);
    }

    @Override
    public String toString() {
        return "ProcessEnsemble[" + connectString() + "]";
    }
}
