package io.muster.testkit.golden;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientProtocolGoldenTest {
    private static final String FOLDER = "protocol/src/test/resources/golden/";

    @Test
    void recordsAreWhatZooKeepersClassesWrite() {
        GoldenFile.compareOrRecord(FOLDER + "records.txt", ZooKeeperRecords.lines());
    }

    @Test
    void sessionIsWhatTheRealClientAndServerSay(@TempDir Path directory) throws Exception {
        GoldenFile.compareOrRecord(FOLDER + "session.txt", ZooKeeperSession.record(directory));
    }
}
