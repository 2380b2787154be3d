package io.muster.testkit.golden;

import org.junit.jupiter.api.Test;

class TransactionsGoldenTest {
    @Test
    void transactionsAreWhatZooKeepersClassesWrite() {
        GoldenFile.compareOrRecord("replica/src/test/resources/golden/txns.txt", ZooKeeperTxns.lines());
    }
}
