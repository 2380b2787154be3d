package io.muster.testkit.interop;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;

/** What a scenario saw, in lines that are the same on every server: without times, zxids and session ids. */
final class Trace {
    private final List<String> lines = new ArrayList<>();

    synchronized void add(String line) {
        lines.add(line);
    }

    synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /** Does something and writes down what came of it. */
    void step(String name, Callable<?> action) throws Exception {
        String outcome;
        try {
            outcome = text(action.call());
        } catch (KeeperException e) {
            outcome = "failed: " + e.code() + (e.getPath() == null ? "" : " " + e.getPath());
            if (e.getResults() != null) {
                outcome += " " + text(e.getResults());
            }
        }
        add(name + " -> " + outcome);
    }

    static String text(Object value) {
        if (value == null) {
            return "null";
        }
        if (value instanceof byte[] data) {
            return "\"" + new String(data, StandardCharsets.UTF_8) + "\"";
        }
        if (value instanceof Stat stat) {
            return text(stat);
        }
        if (value instanceof ACL acl) {
            return acl.getPerms() + ":" + acl.getId().getScheme() + ":"
                    + acl.getId().getId();
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Trace::text).toList().toString();
        }
        if (value instanceof Object[] several) {
            return text(List.of(several));
        }
        if (value instanceof OpResult result) {
            return text(result);
        }
        if (value instanceof WatchedEvent event) {
            return event.getType() + " " + event.getState() + " " + event.getPath();
        }
        return value.toString();
    }

    /** The kinds that older clients have come first: on their class path there are no others to ask for. */
    private static String text(OpResult result) {
        if (result instanceof OpResult.ErrorResult error) {
            return "error " + error.getErr();
        }
        if (result instanceof OpResult.CreateResult created) {
            return "created " + created.getPath() + " " + text(created.getStat());
        }
        if (result instanceof OpResult.SetDataResult set) {
            return "set " + text(set.getStat());
        }
        if (result instanceof OpResult.CheckResult || result instanceof OpResult.DeleteResult) {
            return "result " + result.getType();
        }
        if (result instanceof OpResult.GetDataResult data) {
            return "data " + text(data.getData()) + " " + text(data.getStat());
        }
        if (result instanceof OpResult.GetChildrenResult children) {
            return "children " + children.getChildren().stream().sorted().toList();
        }
        return "result " + result.getType();
    }

    private static String text(Stat stat) {
        if (stat == null) {
            return "no stat";
        }
        return "v" + stat.getVersion() + " c" + stat.getCversion() + " a" + stat.getAversion() + " bytes="
                + stat.getDataLength() + " children=" + stat.getNumChildren()
                + (stat.getEphemeralOwner() == 0 ? "" : " ephemeral")
                + (stat.getMzxid() == stat.getCzxid() ? " unchanged" : "")
                + (stat.getPzxid() == stat.getCzxid() ? " barren" : "")
                + (stat.getMtime() < stat.getCtime() ? " mtime before ctime" : "");
    }
}
