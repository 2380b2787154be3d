package io.muster.testkit.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.protocol.AddWatchMode;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.EventType;
import io.muster.protocol.OpCode;
import io.muster.protocol.Paths;
import io.muster.protocol.WatchKind;
import java.lang.reflect.Field;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.common.PathUtils;
import org.junit.jupiter.api.Test;

/** Our tables hold the same numbers under the same names as ZooKeeper's, none more and none fewer. */
class ProtocolTablesTest {
    @Test
    void errorCodesAreZooKeepers() {
        Map<Integer, String> theirs = new TreeMap<>();
        for (KeeperException.Code code : KeeperException.Code.values()) {
            theirs.put(code.intValue(), code.name().replace("_", ""));
        }
        Map<Integer, String> ours = new TreeMap<>();
        for (ErrorCode code : ErrorCode.values()) {
            ours.put(code.code(), code.name().replace("_", ""));
        }
        // two names that we spell in another way
        assertEquals("SESSIONCLOSEDREQUIRESASLAUTH", ours.get(-124));
        theirs.replaceAll((code, name) -> code == -124 ? "SESSIONCLOSEDREQUIRESASLAUTH" : name);
        theirs.replaceAll((code, name) -> code == -123 ? "RECONFIGDISABLED" : name);
        theirs.replaceAll((code, name) -> code == -122 ? "REQUESTTIMEOUT" : name);
        assertEquals(theirs, ours);
    }

    @Test
    void operationCodesAreZooKeepers() throws IllegalAccessException {
        Map<Integer, String> theirs = new TreeMap<>();
        for (Field field : ZooDefs.OpCode.class.getFields()) {
            theirs.put(field.getInt(null), field.getName().toUpperCase(Locale.ROOT));
        }
        assertEquals("NOTIFICATION", theirs.remove(0), "which nobody requests");
        Map<Integer, String> ours = new TreeMap<>();
        for (OpCode op : OpCode.values()) {
            ours.put(op.code(), op.name().replace("_", ""));
        }
        assertEquals(theirs, ours);
    }

    @Test
    void createModesAreZooKeepers() throws KeeperException {
        assertEquals(CreateMode.values().length, io.muster.protocol.CreateMode.values().length);
        for (io.muster.protocol.CreateMode ours : io.muster.protocol.CreateMode.values()) {
            CreateMode theirs = CreateMode.fromFlag(ours.flag());
            assertEquals(theirs.name(), ours.name());
            assertEquals(theirs.isEphemeral(), ours.isEphemeral());
            assertEquals(theirs.isSequential(), ours.isSequential());
            assertEquals(theirs.isContainer(), ours.isContainer());
            assertEquals(theirs.isTTL(), ours.hasTtl());
        }
    }

    @Test
    void watchNumbersAreZooKeepers() {
        for (WatchKind kind : WatchKind.values()) {
            String theirs = Watcher.WatcherType.fromInt(kind.code()).name();
            assertEquals(
                    theirs.toUpperCase(Locale.ROOT),
                    kind.name().replace("_", "").toUpperCase(Locale.ROOT));
        }
        assertEquals(Watcher.WatcherType.values().length, WatchKind.values().length);
        for (AddWatchMode mode : AddWatchMode.values()) {
            assertEquals(org.apache.zookeeper.AddWatchMode.valueOf(mode.name()).getMode(), mode.code());
        }
        for (EventType type : EventType.values()) {
            String theirs = Watcher.Event.EventType.fromInt(type.code()).name();
            assertEquals(theirs.toUpperCase(Locale.ROOT), type.name().replace("_", ""));
        }
    }

    @Test
    void pathsAreJudgedAsZooKeeperJudgesThem() {
        long seed = 20261124;
        Random random = new Random(seed);
        char[] alphabet = {
            '/', '/', '/', '.', '.', 'a', 'z', ' ', '\0', '\u001f', '\u007f', '\u009f', '\u00a0', '\ud7ff', '\ud800',
            '\udfff', '\ue000', '\uf8ff', '\uf900', '\uffef', '\ufff0', '\uffff', '\u00e9', '\u4e2d'
        };
        int valid = 0;
        for (int i = 0; i < 200_000; i++) {
            StringBuilder path = new StringBuilder(random.nextInt(8) == 0 ? "" : "/");
            // half of the time from letters, dots and slashes only, or hardly any would be valid
            int letters = random.nextBoolean() ? 8 : alphabet.length;
            for (int length = random.nextInt(9); length > 0; length--) {
                path.append(alphabet[random.nextInt(letters)]);
            }
            boolean theirs = isValidForZooKeeper(path.toString());
            assertEquals(
                    theirs,
                    Paths.isValid(path.toString()),
                    () -> "seed " + seed + ": \"" + Paths.printable(path.toString()) + "\"");
            valid += theirs ? 1 : 0;
        }
        assertTrue(valid > 10_000, "valid paths among them: " + valid);
    }

    @Test
    void everyCharacterIsJudgedAsZooKeeperJudgesIt() {
        for (int c = 0; c <= 0xFFFF; c++) {
            String path = "/a" + (char) c + "b";
            assertEquals(isValidForZooKeeper(path), Paths.isValid(path), "U+" + Integer.toHexString(c));
        }
    }

    private static boolean isValidForZooKeeper(String path) {
        try {
            PathUtils.validatePath(path);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
