package io.muster.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.replica.peer.MembershipText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnsembleKeysTest {
    @TempDir
    Path directory;

    private final Map<String, String> entries = new LinkedHashMap<>();

    @BeforeEach
    void threeServers() throws IOException {
        entries.put("initLimit", "10");
        entries.put("syncLimit", "5");
        entries.put("server.1", "a:2888:3888");
        entries.put("server.2", "b:2888:3888:participant;2181");
        entries.put("server.3", "[::1]:2888:3888:observer");
        myId("2\n");
    }

    private void myId(String text) throws IOException {
        Files.writeString(directory.resolve("myid"), text);
    }

    private EnsembleConfig read() {
        Settings settings = new Settings("zoo.cfg", entries, SystemSettings.of(Map.of()), new ArrayList<>());
        return EnsembleKeys.read("zoo.cfg", settings, directory);
    }

    @Test
    void whatIsNotSaidIsAsInZooKeeper() {
        EnsembleConfig config = read();
        assertEquals(2, config.serverId());
        assertEquals(10, config.connectLimitTicks());
        assertEquals(5_000, config.connectTimeoutMs());
        assertEquals(200, config.minNotificationMs());
        assertEquals(60_000, config.maxNotificationMs());
        assertEquals(500, config.commitLogCount());
        assertEquals(0.33, config.snapshotSizeFactor());
        assertFalse(config.listenOnAllAddresses());
        assertEquals(
                "server.1=a:2888:3888:participant\nserver.2=b:2888:3888:participant;0.0.0.0:2181\n"
                        + "server.3=[0:0:0:0:0:0:0:1]:2888:3888:observer\nversion=0",
                MembershipText.print(config.membership()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', textBlock = """
            initLimit                  > -        > zoo.cfg: initLimit is missing
            syncLimit                  > 0        > zoo.cfg: syncLimit=0 is not allowed
            electionAlg                > 1        > zoo.cfg: electionAlg=1 is not allowed
            server.1                   > a:1      > zoo.cfg: server.1=a:1: it is not host
            server.1                   > b:2888:1 > zoo.cfg: server.2 is to listen on b:2888, as something else is
            server.1                   > a:0:1    > zoo.cfg: server.1 is to listen on a:0, which is no port
            group.1                    > 1:2:3:1  > zoo.cfg: group.1=1:2:3:1: server 1 is in a group already
            snapshotSizeFactor         > x        > zoo.cfg: snapshotSizeFactor=x is not allowed
            """)
    void whatIsWrongIsSaidInOneLine(String key, String value, String message) {
        if (value.equals("-")) {
            entries.remove(key);
        } else {
            entries.put(key, value);
        }
        String said = assertThrows(ConfigException.class, this::read).getMessage();
        assertTrue(said.startsWith(message), said);
        assertFalse(said.contains("\n"), said);
    }

    @ParameterizedTest
    @CsvSource({"0", "256", "x", "''", "-1"})
    void anIdIsANumberThatFitsIntoASessionId(String text) throws IOException {
        myId(text);
        String said = assertThrows(ConfigException.class, this::read).getMessage();
        assertTrue(said.endsWith("it must hold a number from 1 to 255"), said);
    }

    @Test
    void aServerIsAMemberOfItsOwnEnsemble() throws IOException {
        myId("4");
        String said = assertThrows(ConfigException.class, this::read).getMessage();
        assertTrue(said.endsWith("holds 4, but there is no server.4 in zoo.cfg"), said);
        Files.delete(directory.resolve("myid"));
        assertTrue(assertThrows(ConfigException.class, this::read).getMessage().contains("is missing"));
    }
}
