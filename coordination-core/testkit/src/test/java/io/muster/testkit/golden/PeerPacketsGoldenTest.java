package io.muster.testkit.golden;

import org.junit.jupiter.api.Test;

class PeerPacketsGoldenTest {
    @Test
    void packetsAreWhatZooKeepersClassesWrite() {
        GoldenFile.compareOrRecord("replica/src/test/resources/golden/peer.txt", ZooKeeperPeerPackets.lines());
    }
}
