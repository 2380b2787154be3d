package io.muster.cli;

import com.google.common.net.HostAndPort;
import io.muster.protocol.Zxid;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints one line for each server: what it is, and how far. */
@Command(
        name = "status",
        description = {
            "Prints one line for each server: its role, epoch, last zxid, connections, and, of a leader, the followers that"
                    + " are in sync.",
            "It asks with the four-letter words srvr and mntr, so it works with Apache ZooKeeper's servers too. Where mntr is"
                    + " not allowed (4lw.commands.whitelist), the followers stay unknown."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all servers serve",
            "1:a server cannot be reached, or does not serve",
            "2:the command line was wrong"
        })
final class StatusCommand implements Callable<Integer> {
    private static final int DEFAULT_PORT = 2181;
    private static final String FORMAT = "%-24s %-10s %-7s %-20s %-12s %s";

    @Parameters(
            paramLabel = "host:port[,host:port...]",
            defaultValue = "127.0.0.1:2181",
            description = "The servers; ${DEFAULT-VALUE} by default.")
    private String servers;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<InetSocketAddress> addresses = addresses();
        out.println(String.format(FORMAT, "server", "role", "epoch", "zxid", "connections", "in sync")
                .strip());
        boolean all = true;
        for (InetSocketAddress address : addresses) {
            all &= print(address, out);
        }
        out.flush();
        return all ? 0 : Main.FAILED;
    }

    private List<InetSocketAddress> addresses() {
        List<InetSocketAddress> all = new ArrayList<>();
        for (String each : servers.split(",", -1)) {
            try {
                HostAndPort parsed = HostAndPort.fromString(each.strip()).withDefaultPort(DEFAULT_PORT);
                if (parsed.getHost().isEmpty()) {
                    throw new IllegalArgumentException("there is no host");
                }
                all.add(InetSocketAddress.createUnresolved(parsed.getHost(), parsed.getPort()));
            } catch (IllegalArgumentException e) {
                throw new ParameterException(
                        spec.commandLine(), "\"" + each + "\" is no server; it must be host:port, or a host", e);
            }
        }
        return all;
    }

    private static boolean print(InetSocketAddress address, PrintWriter out) {
        String name = address.getHostString() + ":" + address.getPort();
        try {
            String answer = FourLetterWord.ask(address, "srvr");
            Map<String, String> said = FourLetterWord.parts(answer, ": ");
            String mode = said.get("Mode");
            if (mode == null) {
                out.println(String.format("%-24s %s", name, unready(answer)));
                return false;
            }
            String zxid = said.getOrDefault("Zxid", "-");
            String inSync = mode.equals("leader") ? inSync(address) : "";
            out.println(
                    String.format(FORMAT, name, mode, epoch(zxid), zxid, said.getOrDefault("Connections", "-"), inSync)
                            .stripTrailing());
            return true;
        } catch (IOException e) {
            out.println(String.format("%-24s cannot be reached: %s", name, e.getMessage()));
            return false;
        }
    }

    private static String unready(String answer) {
        return answer.contains("not currently serving") ? "has no leader" : "says: " + answer.strip();
    }

    private static String epoch(String zxid) {
        try {
            return Long.toString(Zxid.epoch(Long.parseUnsignedLong(zxid.replaceFirst("^0x", ""), 16)));
        } catch (NumberFormatException e) {
            return "-";
        }
    }

    private static String inSync(InetSocketAddress leader) throws IOException {
        Map<String, String> said = FourLetterWord.parts(FourLetterWord.ask(leader, "mntr"), "\t");
        String followers = said.get("zk_synced_followers");
        if (followers == null) {
            return "unknown";
        }
        String observers = said.getOrDefault("zk_synced_observers", "0");
        return count(followers, "follower") + (observers.equals("0") ? "" : ", " + count(observers, "observer"));
    }

    private static String count(String number, String what) {
        return number + " " + what + (number.equals("1") ? "" : "s");
    }
}
